// Follows a finger or a mouse that moves a picture to the left or right.

const DECIDE_PX = 90;
const FLICK_PX_PER_MS = 0.6;
const MIN_FLICK_PX = 40;

// Calls onMove(pixels, decided) while it moves and onEnd(-1, 0 or 1) once it is let go.
export function watchSwipes(surface, { enabled, onMove, onEnd }) {
  let start = null;
  let ended = -Infinity;
  const decidedBy = (dx, ms) => {
    const flicked = Math.abs(dx) >= MIN_FLICK_PX && Math.abs(dx) / Math.max(ms, 1) >= FLICK_PX_PER_MS;
    return Math.abs(dx) >= DECIDE_PX || flicked ? Math.sign(dx) : 0;
  };
  surface.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button !== 0 || !enabled()) {
      start = null;
      return;
    }
    start = { x: event.clientX, y: event.clientY, at: event.timeStamp, id: event.pointerId, moving: false };
  });
  surface.addEventListener("pointermove", (event) => {
    if (!start || event.pointerId !== start.id) return;
    const [dx, dy] = [event.clientX - start.x, event.clientY - start.y];
    if (!start.moving && Math.abs(dx) > 8 && Math.abs(dx) > Math.abs(dy)) {
      start.moving = true;
      surface.setPointerCapture(start.id);
    }
    if (start.moving) onMove(dx, decidedBy(dx, Infinity));
  });
  const end = (event) => {
    if (!start || event.pointerId !== start.id) return;
    const { moving, x, at } = start;
    start = null;
    if (!moving) return;
    ended = performance.now();
    onEnd(event.type === "pointercancel" ? 0 : decidedBy(event.clientX - x, event.timeStamp - at));
  };
  // The click that follows a swipe of the mouse is not meant for what is below.
  const swallow = (event) => performance.now() - ended < 50 && event.stopPropagation();
  surface.addEventListener("click", swallow, true);
  surface.addEventListener("pointerup", end);
  surface.addEventListener("pointercancel", end);
  surface.addEventListener("dragstart", (event) => event.preventDefault());
}
