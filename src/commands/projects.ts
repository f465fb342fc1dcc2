import { Command } from 'commander';
import { loadConfig } from '../config.ts';
import { ProjectSettings } from '../domain/project-settings.ts';
import { projects } from '../main.ts';
import { UsageError } from './usage-error.ts';

const MAX_NAME_CHARACTERS = 100;

/** `pigeonhole projects`: what separates keys, files and jobs of different users from one another. */
export function projectsCommand(): Command {
  const command = new Command('projects').description('Make, list, rename, disable and configure projects.');

  command
    .command('create')
    .description('Make a project and print its id. Make keys for it with "pigeonhole keys create --project".')
    .argument('<name>', 'name of the project')
    .action(async (name: string) => {
      process.stdout.write(`${await projects.create(loadConfig(), checkedName(name))}\n`);
    });

  command
    .command('list')
    .description('List all projects: id, name, state, settings that are not those of the server.')
    .action(async () => {
      for (const project of await projects.list(loadConfig())) {
        const state = project.disabledAt === null ? 'enabled' : `disabled ${project.disabledAt}`;
        const settings = Object.entries(project.settings).filter(([, value]) => value !== null);
        const shown = settings.map(([name, value]) => `${name}=${value}`).join(' ') || '-';
        process.stdout.write(`${[project.id, project.name, state, shown].join('\t')}\n`);
      }
    });

  command
    .command('rename')
    .description('Give a project another name. Keys keep working.')
    .argument('<project>', 'id or name of the project')
    .argument('<name>', 'the new name')
    .action(async (project: string, name: string) => {
      await change(project, { name: checkedName(name) });
      process.stdout.write(`renamed ${project} to ${name}\n`);
    });

  command
    .command('disable')
    .description('Refuse all requests with keys of a project. Running servers notice within five seconds.')
    .argument('<project>', 'id or name of the project')
    .action(async (project: string) => {
      await change(project, { disabled: true });
      process.stdout.write(`disabled ${project}\n`);
    });

  command
    .command('enable')
    .description('Take requests with keys of a project again.')
    .argument('<project>', 'id or name of the project')
    .action(async (project: string) => {
      await change(project, { disabled: false });
      process.stdout.write(`enabled ${project}\n`);
    });

  command
    .command('settings')
    .description('Show what is set for a project, or set it: NAME=VALUE, NAME= for the setting of the server.')
    .argument('<project>', 'id or name of the project')
    .argument('[settings...]', Object.keys(ProjectSettings.shape).join(', '))
    .addHelpText('after', '\nExample:\n  pigeonhole projects settings accounting retention_days=30 max_open_jobs=')
    .action(async (project: string, assignments: string[]) => {
      const current = await change(project, {});
      const settings = assignments.length === 0 ? current.settings : withAssigned(current.settings, assignments);
      if (assignments.length > 0) await change(project, { settings });
      for (const [name, value] of Object.entries(settings)) process.stdout.write(`${name}=${value ?? ''}\n`);
    });

  return command;
}

async function change(project: string, changes: Parameters<typeof projects.update>[2]) {
  const changed = await projects.update(loadConfig(), project, changes);
  if (!changed) throw new UsageError(`There is no project ${project}; see "pigeonhole projects list".`);
  return changed;
}

function checkedName(name: string): string {
  if (name.trim() === '' || name.length > MAX_NAME_CHARACTERS) {
    throw new UsageError(`Names have 1 to ${MAX_NAME_CHARACTERS} characters.`);
  }
  return name;
}

/** @throws UsageError that names the setting, what it takes and what was given. */
function withAssigned(settings: ProjectSettings, assignments: readonly string[]): ProjectSettings {
  const changed: Record<string, unknown> = { ...settings };
  for (const assignment of assignments) {
    const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(assignment) ?? [];
    if (!(name in ProjectSettings.shape)) {
      const names = Object.keys(ProjectSettings.shape).join(', ');
      throw new UsageError(`"${assignment}" sets nothing; write NAME=VALUE with one of ${names}.`);
    }
    changed[name] = value === '' ? null : Number(value);
  }
  const parsed = ProjectSettings.safeParse(changed);
  if (parsed.success) return parsed.data;
  throw new UsageError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'));
}
