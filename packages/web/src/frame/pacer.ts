/** A page that is not being drawn, as one in the background, goes on after this long. */
const withoutDrawing = 200;

/**
 * Makes what paces drawing: a callback is called in a task of its own, and no second one before the screen
 * has had a frame. One callback waits at a time.
 */
export function createPacer(): (callback: () => void) => void {
  const tasks = new MessageChannel();
  let waiting: (() => void) | null = null;
  let inFrame = false;
  const call = () => {
    const callback = waiting;
    if (callback === null || inFrame) return;
    waiting = null;
    inFrame = true;
    onNextFrame(() => {
      inFrame = false;
      call();
    });
    callback();
  };
  tasks.port1.onmessage = call;
  return (callback) => {
    waiting = callback;
    if (!inFrame) tasks.port2.postMessage(null);
  };
}

function onNextFrame(callback: () => void): void {
  const once = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    callback();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, withoutDrawing);
}
