// A program: the npm package `ifttt` on Express, with one trigger of fifty events in memory. Its own logger is silenced.
const path = require("path");

const [modules, port] = process.argv.slice(2);
const express = require(path.join(modules, "express"));
const Ifttt = require(path.join(modules, "ifttt"));

const items = Array.from({ length: 50 }, (_, number) => ({
  device_name: "Door 0",
  device_id: "door-0000",
  room: "Hall",
  created_at: "2026-01-01T12:00:00+00:00",
  meta: { id: number.toString(16).padStart(32, "0"), timestamp: 1767268800 - number },
}));
const silent = () => undefined;

const channel = new Ifttt({
  channelKey: "a-key",
  authMode: "oauth2",
  logger: { info: silent, warn: silent, error: silent, log: silent },
});
channel.oauth2middleware = (request, response, next) =>
  next(request.get("Authorization") === "Bearer a-token" ? undefined : { statusCode: 401, message: "no" });
channel.registerTrigger({
  getSlug: () => "door_opened",
  getResponse: (request, payload, done) => done(null, items.slice(0, payload.limit)),
});

const app = express();
app.use(express.json());
channel.addExpressRoutes(app);
app.listen(Number(port), "127.0.0.1");
