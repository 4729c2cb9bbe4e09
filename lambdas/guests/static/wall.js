// The live wall's script: asks for news, shows one photo after another. Without it the page is a list that reloads itself.
import { startControls } from "./wall_controls.js";
import { WallPoll } from "./wall_poll.js";
import { WallShow } from "./wall_show.js";

const main = document.querySelector("[data-wall]");
const show = new WallShow(main);
const poll = new WallPoll(`${main.dataset.url}/wall/items`, show);
show.onBroken = () => poll.renewLinks();
poll.start();
startControls(main, show);
