// Prepare one picture for a post with sharp: node posting.mjs FILE QUALITY WIDTHxHEIGHT OUT [pad]
// The result is as ours: upright, sRGB, baseline JPEG in 4:2:0, without metadata.
import { readFile, writeFile } from "node:fs/promises";
import sharp from "sharp";

const [path, quality, size, out, fit] = process.argv.slice(2);
const [width, height] = size.split("x").map(Number);
const options = fit === "pad" ? { fit: "contain", background: "#808080" } : { fit: "cover" };
await writeFile(
  out,
  await sharp(await readFile(path))
    .autoOrient()
    .resize(width, height, options)
    .flatten({ background: "white" })
    .toColourspace("srgb")
    .jpeg({ quality: Number(quality), chromaSubsampling: "4:2:0" })
    .toBuffer(),
);
