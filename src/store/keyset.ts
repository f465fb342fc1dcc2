import { type Expression, type ExpressionBuilder, type ReferenceExpression, type SqlBool, sql } from 'kysely';

/** A column a list is ordered by. The last column of an order is unique, so that no two rows are equal. */
export interface OrderColumn<Column extends string> {
  column: Column;
  direction: 'asc' | 'desc';
}

/**
 * The rows that come after the one whose ordered columns hold `values`: `(a > x) or (a = x and b < y) or …`, or the row
 * comparison `(a, b) < (x, y)` where all directions agree, which both databases answer straight from an index.
 */
export function after<DB, TB extends keyof DB, Column extends string>(
  eb: ExpressionBuilder<DB, TB>,
  order: readonly OrderColumn<Column>[],
  values: readonly string[],
): Expression<SqlBool> {
  const column = (index: number) => order[index]!.column as ReferenceExpression<DB, TB>;
  if (order.every(({ direction }) => direction === order[0]!.direction)) {
    const left = sql.join(order.map(({ column: name }) => sql.ref(name)));
    const right = sql.join(values);
    const operator = sql.raw(order[0]!.direction === 'asc' ? '>' : '<');
    return sql<SqlBool>`(${left}) ${operator} (${right})`;
  }
  return eb.or(
    order.map(({ direction }, index) =>
      eb.and([
        ...order.slice(0, index).map((_, earlier) => eb(column(earlier), '=', values[earlier] as never)),
        eb(column(index), direction === 'asc' ? '>' : '<', values[index] as never),
      ]),
    ),
  );
}
