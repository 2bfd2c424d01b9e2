/** Query parameter of the app frame's first address; the frame's `name` carries the run afterwards. */
export const runParameter = "_portafilter";
