import type { ProjectSettings } from './project-settings.ts';

/** Who is asking and what they may touch: a key belongs to one user and one project. */
export interface Principal {
  userId: string;
  projectId: string;
  projectName: string;
  organizationId: string;
  apiKeyId: string;
  /** What the operator has set for the project. */
  settings: ProjectSettings;
}
