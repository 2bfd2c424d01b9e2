import * as z from "zod/mini";

/**
 * The two window messages that ever pass between runtime frame and host page. After them everything
 * travels on the MessagePort that `host.port` carries. Both sides check window source and exact origin.
 */
export const frameHello = z.strictObject({ v: z.literal(1), type: z.literal("frame.hello") });
export type FrameHello = z.infer<typeof frameHello>;

export const hostPort = z.strictObject({ v: z.literal(1), type: z.literal("host.port") });
export type HostPort = z.infer<typeof hostPort>;
