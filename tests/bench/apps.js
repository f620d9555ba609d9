// The same made-up apps in the words of each platform.

const NAMES = ["Harbor", "Tally", "Beacon", "Lumen", "Orbit", "Quill", "Vela", "Cinder", "Drift", "Ember"];
const KINDS = ["CRM", "Books", "Mail", "Chat", "Drive", "Tasks", "Notes", "Ads", "Desk", "Pay"];
const TAGS = ["sales", "finance", "communication", "storage", "support"];

/** @param {number} at */
const app = (at) => ({
  slug: `app-${at}`,
  name: `${NAMES[at % 10]} ${KINDS[Math.floor(at / 10) % 10]} ${at}`,
  description: `Keeps the ${KINDS[at % 10].toLowerCase()} of a team of ${at} people in one place`,
  tag: TAGS[at % TAGS.length],
});

/** As the connect API lists them. @param {number} count */
export const listed = (count) =>
  Array.from({ length: count }, (_, at) => {
    const { slug, name, description, tag } = app(at);
    return {
      app_id: slug, slug, name, description, tags: [tag], type: "app", auth_type: "oauth2",
      auth_type_options: { oauth2: [] }, connected_accounts: [],
    };
  });

/** As Pipedream's API lists them. @param {number} count */
export const paged = (count) => ({
  page_info: { total_count: count, count, start_cursor: "", end_cursor: "" },
  data: Array.from({ length: count }, (_, at) => {
    const { slug, name, description, tag } = app(at);
    return {
      id: slug, name_slug: slug, name, description, auth_type: "oauth", categories: [tag], featured_weight: 0,
      img_src: "", custom_fields_json: "[]",
    };
  }),
});
