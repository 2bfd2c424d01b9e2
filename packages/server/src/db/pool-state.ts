/** How many connections there are, how many of them nobody uses, and how many wait for one. */
export type PoolState = Readonly<{ total: number; idle: number; waiting: number }>;
