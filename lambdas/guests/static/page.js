// The event page's script. Without it the page still shows photos and takes them, one at a time.
import { GuestDownload } from "./guest_downloads.js";
import { startLightbox } from "./lightbox.js";
import { LiveTimeline } from "./live.js";
import { OwnPhotos } from "./own_photos.js";
import { keepSizesCurrent } from "./picture_sizes.js";
import { UploadPanel } from "./uploads.js";

const main = document.querySelector("[data-event]");
const timeline = new LiveTimeline(main);
timeline.start();
keepSizesCurrent(timeline.list);
startLightbox(main.dataset.url, (tile) => {
  tile.remove();
  timeline.refresh(true);
});

const own = new OwnPhotos(main, timeline);
own.start();
const take = main.querySelector("[data-take]");
if (take) {
  new GuestDownload(take, main.dataset.url).start();
}
const share = main.querySelector("[data-share]");
if (share) {
  new UploadPanel(share, main.dataset, timeline, own).start();
}
