import type { DemoMember } from "./demo-run.ts";
import { type DemoOptions, type DemoServer, startDemo } from "./server.ts";

export interface DemoFleetOptions extends DemoOptions {
  /** Servers of pools that work together; one server has all of it where there are none. */
  readonly members?: readonly DemoMember[];
}

export interface DemoFleet {
  readonly servers: readonly DemoServer[];
  /** As attaching and `watch` take it: one address, or `prefill=ADDRESS decode=ADDRESS`. */
  readonly address: string;
  close(): Promise<void>;
}

/** Starts every server of a run, at ports next to each other where one is asked for. Rejects, with none left, where one cannot be started. */
export async function startDemoFleet({ members = [], ...options }: DemoFleetOptions): Promise<DemoFleet> {
  const servers: DemoServer[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()));
  };
  try {
    if (members.length === 0) servers.push(await startDemo(options));
    for (const [index, member] of members.entries()) {
      const { engines: _, ...common } = options;
      servers.push(await startDemo({ ...common, ...member, ...(options.port ? { port: options.port + index } : {}) }));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const addresses = servers.map(({ url }, index) => {
    const role = members[index]?.member.role;
    return role ? `${role}=${url}` : url;
  });
  return { servers, address: addresses.join(" "), close };
}
