// Pictures and videos at full size, with caption and a link to Instagram.
import PhotoSwipeLightbox from "photoswipe/lightbox";
import PhotoSwipe from "photoswipe";

export function startLightbox() {
  const lightbox = new PhotoSwipeLightbox({
    gallery: "[data-tiles] .tiles",
    children: "a[data-slide]",
    pswpModule: PhotoSwipe,
    bgOpacity: 0.92,
    padding: { top: 16, bottom: 96, left: 0, right: 0 },
  });

  lightbox.on("contentLoad", (event) => {
    const { content } = event;
    if (content.type !== "video") return;
    event.preventDefault();
    const { video, poster } = content.data.element.dataset;
    content.element = document.createElement("div");
    content.element.className = "slide-video";
    const player = Object.assign(document.createElement("video"), { controls: true, playsInline: true, preload: "metadata", src: video });
    if (poster) player.poster = poster;
    content.element.append(player);
  });
  lightbox.on("contentDeactivate", ({ content }) => content.element?.querySelector?.("video")?.pause());

  lightbox.on("uiRegister", () => {
    lightbox.pswp.ui.registerElement({
      name: "caption",
      order: 9,
      isButton: false,
      appendTo: "root",
      onInit: (element, pswp) => {
        pswp.on("change", () => {
          const { caption, permalink } = pswp.currSlide.data.element?.dataset ?? {};
          element.replaceChildren();
          if (caption) element.append(Object.assign(document.createElement("p"), { textContent: caption }));
          if (permalink) {
            element.append(
              Object.assign(document.createElement("a"), {
                href: permalink,
                textContent: "View on Instagram",
                target: "_blank",
                rel: "noopener noreferrer",
              }),
            );
          }
        });
      },
    });
  });
  lightbox.init();
}
