const EXPLAIN = 'explain (analyze, buffers)';

/** Has the server explain every statement of a piece of work, with what it read. Nothing is changed twice. */
export async function explained(database, work) {
  const plans = [];
  const note = async (session, text, params) => {
    const { rows } = await session.query(`${EXPLAIN} ${text}`, params);
    plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
  };
  await work({
    query: async (text, params) => {
      await note(database, text, params);
      return database.query(text, params);
    },
    transaction: (fn) => database.transaction((tx) => fn({ query: (text, params) => inside(tx, note, text, params) })),
  });
  return plans;
}

async function inside(tx, note, text, params) {
  await tx.query('savepoint explained');
  await note(tx, text, params);
  await tx.query('rollback to savepoint explained');
  return tx.query(text, params);
}
