// An issuer that is not ours, played by what a test plans: each line on standard input is a plan, and is answered with a line.
import { createInterface } from 'node:readline';
import { OAuth2Server } from 'oauth2-mock-server';

const server = new OAuth2Server();
await server.issuer.keys.generate('RS256');
await server.start(0, '127.0.0.1');

let plan = {};
const seconds = () => Math.floor(Date.now() / 1000);
server.service.on('beforeTokenSigning', (token) => {
  Object.assign(token.payload, plan.claims ?? {});
  for (const [claim, shift] of Object.entries(plan.shifts ?? {})) {
    token.payload[claim] = seconds() + shift;
  }
  if (plan.kid) token.header.kid = plan.kid;
});
server.service.on('beforeResponse', (answer) => {
  if (plan.unsigned && answer.body.id_token) {
    const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
    answer.body.id_token = `${header}.${answer.body.id_token.split('.')[1]}.`;
  }
});

const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
tell({ issuer: server.issuer.url, port: server.address().port, now: seconds() });
for await (const line of createInterface({ input: process.stdin })) {
  plan = JSON.parse(line);
  if (plan.rotate) await server.issuer.keys.generate(plan.rotate);
  tell({ done: true });
}
await server.stop();
