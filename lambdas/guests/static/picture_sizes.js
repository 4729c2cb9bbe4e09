// Corrects the sizes attribute of pictures that grew far beyond their natural width to fill a row: they need a larger file.

const MAX_GROWTH = 1.3;
// As in tiles.html: browsers take the next larger file, even for one missing pixel.
const TOLERANCE = 0.85;

export function keepSizesCurrent(list) {
  const update = () => {
    for (const image of list.querySelectorAll("img[srcset]")) fit(image);
  };
  new ResizeObserver(update).observe(list);
  new MutationObserver(update).observe(list, { childList: true });
}

function fit(image) {
  const { width, height } = image.getBoundingClientRect();
  const natural = (height * image.getAttribute("width")) / image.getAttribute("height");
  image.dataset.sizes ??= image.sizes;
  const sizes = width > natural * MAX_GROWTH ? `${Math.ceil(width * TOLERANCE)}px` : image.dataset.sizes;
  if (image.sizes !== sizes) image.sizes = sizes;
}
