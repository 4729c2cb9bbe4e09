// The event page's script: everything works without it but for progress bars, the lightbox and news without a reload.
import { startLightbox } from "./lightbox.js";
import { LiveTimeline } from "./live.js";
import { UploadPanel } from "./uploads.js";

const main = document.querySelector("[data-event]");
const timeline = new LiveTimeline(main);
timeline.start();
startLightbox();

const share = main.querySelector("[data-share]");
if (share) {
  new UploadPanel(share, main.dataset, timeline).start();
}
