import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Principal } from '../../domain/tenancy.ts';
import { DateTime } from '../../domain/text.ts';
import { AppError } from '../../errors.ts';
import type { Database } from '../../store/database.ts';
import { findOrganization, findProject } from '../../store/tenancy.ts';
import { scopeOf } from '../auth.ts';
import { errors } from '../openapi.ts';
import { ScopeQuery } from '../query.ts';

const Project = z
  .object({
    id: z.string(),
    name: z.string(),
    organization_id: z.string(),
    is_default: z.boolean(),
    created_at: DateTime,
    updated_at: DateTime,
  })
  .meta({ id: 'Project' });
type Project = z.infer<typeof Project>;

const Organization = z
  .object({ id: z.string(), name: z.string(), created_at: DateTime, updated_at: DateTime })
  .meta({ id: 'Organization' });
type Organization = z.infer<typeof Organization>;

const pageOf = <Item extends z.ZodType>(item: Item, id: string) =>
  z
    .object({
      items: z.array(item),
      next_page_token: z.string().nullable().describe('Always null: a key sees one.'),
      total_size: z.int().nullable(),
    })
    .meta({ id });
const onePage = <Item>(items: Item[]) => ({ items, next_page_token: null, total_size: items.length });

const Scope = ScopeQuery.pick({ organization_id: true });
const Paging = {
  page_size: z.int().min(1).max(1_000).default(50),
  page_token: z.string().optional(),
};
const ProjectParams = z.object({ project_id: z.string() });
const OrganizationParams = z.object({ organization_id: z.string() });
const TAG = { tags: ['Projects'], querystring: Scope };
const refusals = errors(401, 403, 422);
const refusalsById = errors(401, 403, 404, 422);

/** Projects and organizations, old form (`/api/v1`, bare arrays) and new (`/api/v2`, pages). A key sees its own only. */
export function projectRoutes({ db }: { db: Database }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/v1/projects',
      {
        schema: {
          ...TAG,
          operationId: 'listProjectsV1',
          summary: 'List projects',
          querystring: Scope.extend({ project_name: z.string().optional() }),
          response: { 200: z.array(Project), ...refusals },
        },
      },
      ({ principal, query }) => projectsNamed(principal, query, query.project_name),
    );
    app.get(
      '/api/v2/projects',
      {
        schema: {
          ...TAG,
          operationId: 'listProjects',
          summary: 'List projects',
          querystring: Scope.extend({ name: z.string().optional(), ...Paging }),
          response: { 200: pageOf(Project, 'ProjectPage'), ...refusals },
        },
      },
      async ({ principal, query }) => onePage(await projectsNamed(principal, query, query.name)),
    );
    for (const version of ['v1', 'v2'] as const) {
      app.get(
        `/api/${version}/projects/:project_id`,
        {
          schema: {
            ...TAG,
            operationId: `getProject${version === 'v1' ? 'V1' : ''}`,
            summary: 'Get a project',
            params: ProjectParams,
            response: { 200: Project, ...refusalsById },
          },
        },
        async ({ principal, query, params }) => {
          scopeOf(principal, query);
          if (!isId(params.project_id, 'prj', principal.projectId))
            throw new AppError('not_found', 'Project not found');
          return projectOf(principal);
        },
      );
    }

    app.get(
      '/api/v1/organizations',
      {
        schema: {
          ...TAG,
          operationId: 'listOrganizationsV1',
          summary: 'List organizations',
          response: { 200: z.array(Organization), ...refusals },
        },
      },
      async ({ principal, query }) => {
        scopeOf(principal, query);
        return [await organizationOf(principal)];
      },
    );
    app.get(
      '/api/v2/organizations',
      {
        schema: {
          ...TAG,
          operationId: 'listOrganizations',
          summary: 'List organizations',
          querystring: Scope.extend(Paging),
          response: { 200: pageOf(Organization, 'OrganizationPage'), ...refusals },
        },
      },
      async ({ principal, query }) => {
        scopeOf(principal, query);
        return onePage([await organizationOf(principal)]);
      },
    );
    for (const version of ['v1', 'v2'] as const) {
      app.get(
        `/api/${version}/organizations/:organization_id`,
        {
          schema: {
            tags: TAG.tags,
            operationId: `getOrganization${version === 'v1' ? 'V1' : ''}`,
            summary: 'Get an organization',
            params: OrganizationParams,
            response: { 200: Organization, ...refusalsById },
          },
        },
        async ({ principal, params }) => {
          if (!isId(params.organization_id, 'org', principal.organizationId)) {
            throw new AppError('not_found', 'Organization not found');
          }
          return organizationOf(principal);
        },
      );
    }
  };

  async function projectsNamed(
    principal: Principal,
    query: { organization_id?: string | undefined },
    name: string | undefined,
  ): Promise<Project[]> {
    scopeOf(principal, query);
    const project = await projectOf(principal);
    return name === undefined || name === project.name ? [project] : [];
  }

  async function projectOf(principal: Principal): Promise<Project> {
    const project = await findProject(db, principal.projectId);
    if (!project) throw new Error(`the project ${principal.projectId} of a key is missing`);
    return {
      id: project.id,
      name: project.name,
      organization_id: project.organizationId,
      is_default: project.isDefault,
      created_at: project.createdAt,
      updated_at: project.updatedAt,
    };
  }

  async function organizationOf(principal: Principal): Promise<Organization> {
    const organization = await findOrganization(db, principal.organizationId);
    if (!organization) throw new Error(`the organization ${principal.organizationId} of a key is missing`);
    const { id, name, createdAt, updatedAt } = organization;
    return { id, name, created_at: createdAt, updated_at: updatedAt };
  }
}

/** Whether a client means `id`, which may be sent with its prefix. */
function isId(sent: string, prefix: string, id: string): boolean {
  return sent.toLowerCase().replace(new RegExp(`^${prefix}-`), '') === id;
}
