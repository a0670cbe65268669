// Drains no-op jobs with graphile-worker on PostgreSQL, without HTTP, and prints jobs per second as JSON:
//   node graphile_worker.mjs DATABASE_URL JOBS plain|batched
// "plain" takes and finishes jobs one by one, as the default settings do; "batched" uses the local queue and batched
// completion, its fastest documented settings.
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";

const [url, jobs, mode] = [process.argv[2], Number(process.argv[3]), process.argv[4]];
const pool = new pg.Pool({ connectionString: url, max: 20 });
pool.on("error", () => {});
pool.on("connect", (client) => client.on("error", () => {}));
const utils = await makeWorkerUtils({ pgPool: pool });
await utils.migrate();
await pool.query(
  `select graphile_worker.add_jobs(array(
     select row('nothing', '{}'::json, null, now(), 1, null, 0, null)::graphile_worker.job_spec
     from generate_series(1, $1)))`, [jobs]);

let done = 0;
let finish;
const all = new Promise((resolve) => { finish = resolve; });
const batched = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
const began = performance.now();
const runner = await run({
  pgPool: pool,
  preset: { worker: { concurrentJobs: 24, ...(mode === "batched" ? batched : {}) } },
  noHandleSignals: true,
  logger: new Logger(() => () => {}),
  taskList: { nothing: async () => { if (++done === jobs) finish(); } },
});
await all;
await runner.stop();  // after this every job is finished in the database
const seconds = (performance.now() - began) / 1000;
console.log(JSON.stringify({ jobs, mode, seconds, per_second: jobs / seconds }));
await utils.release();
await pool.end();
