// The API's reference page. Everything it needs comes from this origin; nothing is sent elsewhere.
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";

SwaggerUI({
  url: "/api/openapi.json",
  domNode: document.getElementById("docs"),
  deepLinking: true,
  validatorUrl: null,
  tagsSorter: "alpha",
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
});
