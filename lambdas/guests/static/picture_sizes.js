// Corrects the sizes attribute of pictures that grew to fill a row, most of all of those that stand alone in one: they need a larger file.

// As in tiles.html: browsers take the next larger file, even for one missing pixel.
const TOLERANCE = 0.85;

export function keepSizesCurrent(list) {
  const update = () => {
    const row = heightOfRow(list);
    for (const image of list.querySelectorAll("img[srcset]")) fit(image, row);
  };
  new ResizeObserver(update).observe(list);
  new MutationObserver(update).observe(list, { childList: true });
}

// Returns how high a row is that does not grow, in pixels, from the style sheet's rem.
function heightOfRow(list) {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return parseFloat(getComputedStyle(list).getPropertyValue("--row")) * rem;
}

function fit(image, row) {
  const { width, height } = image.getBoundingClientRect();
  const shape = image.getAttribute("width") / image.getAttribute("height");
  // A picture of another shape than its tile's is drawn wider than the tile, and cut off.
  const drawn = Math.max(width, height * shape);
  image.dataset.sizes ??= image.sizes;
  const sizes = drawn > row * shape ? `${Math.ceil(drawn * TOLERANCE)}px` : image.dataset.sizes;
  if (image.sizes !== sizes) image.sizes = sizes;
}
