// Render the shown sizes of one picture with sharp: node sharp.mjs FILE QUALITY WIDTHxHEIGHT...
// Prints the length of the files in bytes. The first size is made from the file, with JPEG's shrink-on-load; the others from its pixels.
import { readFile } from "node:fs/promises";
import sharp from "sharp";

const [path, quality, ...sizes] = process.argv.slice(2);
const input = sharp(await readFile(path), { limitInputPixels: false });
const [width, height] = sizes[0].split("x").map(Number);
const { data, info } = await input
  .autoOrient()
  .resize(width, height, { fit: "fill" })
  .removeAlpha()
  .raw()
  .toBuffer({ resolveWithObject: true });
const raw = { width: info.width, height: info.height, channels: info.channels };
let written = 0;
for (const size of sizes) {
  const [columns, rows] = size.split("x").map(Number);
  const file = await sharp(data, { raw })
    .resize(columns, rows, { fit: "fill" })
    .webp({ quality: Number(quality) })
    .toBuffer();
  written += file.length;
}
console.log(written);
