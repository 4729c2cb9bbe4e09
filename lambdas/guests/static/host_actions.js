// What hosts can do with a photo in each state, and the keys for it.

const restored = (photo) => photo.state_before ?? "hidden";

export const ALL_ACTIONS = {
  show: { label: "Show", state: "shown", keys: ["a"] },
  hide: { label: "Hide", state: "hidden", keys: ["h"] },
  delete: { label: "Delete", state: "deleted", keys: ["d", "Delete"], danger: true },
  restore: { label: "Restore", state: restored, keys: ["r"] },
};

const BY_STATE = {
  in_review: ["hide", "delete", "show"],
  shown: ["hide", "delete"],
  hidden: ["delete", "show"],
  deleted: ["restore"],
};

// The names of the actions that a role has for photos of a state.
export const actionsOf = (role, state) => (role === "viewer" ? [] : (BY_STATE[state] ?? []));
