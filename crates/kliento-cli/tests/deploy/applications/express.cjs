// An application in Express: `/admin` and everything on admin.example.com is for administrators.
const express = require("express");

const HEADERS = ["Subject", "Organisation", "User", "Signer", "Claims", "Expires"];

const answer = (handler) => (request, response) => {
  const lines = HEADERS.map((name) => `${name}=${request.get(`X-Kliento-${name}`) ?? ""}`);
  response.type("text").send([handler, ...lines, ""].join("\n"));
};

const app = express();
app.use((request, response, next) => {
  const host = (request.hostname ?? "").toLowerCase().replace(/\.$/, "");
  return host === "admin.example.com" ? answer("admin")(request, response) : next();
});
app.use("/admin", answer("admin"));
app.all("/admin{.:format}", answer("admin"));
app.use(answer("public"));
app.listen(Number(process.argv[2]), "127.0.0.1");
