// Phones hide printing in a menu. Without this script the sentence beside the button says where it is.
const button = document.querySelector("[data-print]");
button.hidden = false;
button.addEventListener("click", () => print());
