// The real polkadot.js API: connects to a localnet, reads it, signs for it and follows it.
//
// node polkadot_api_peer.mjs FOLDER_WITH_NODE_MODULES ENDPOINT  >  one JSON object
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [folder, endpoint] = process.argv.slice(2);
const require = createRequire(join(folder, 'package.json'));
const { ApiPromise, HttpProvider, Keyring, WsProvider } = require('@polkadot/api');

const warnings = [];
for (const name of ['warn', 'error']) console[name] = (...words) => warnings.push(words.map(String).join(' '));

const provider = new WsProvider(endpoint, 1_000);
const api = await ApiPromise.create({ provider, throwOnConnect: true });
const keyring = new Keyring({ type: 'sr25519', ss58Format: api.registry.chainSS58 });
const alice = keyring.addFromUri('//Alice');
const bob = keyring.addFromUri('//Bob');
const fresh = keyring.addFromUri('//Nobody//polkadot-api');
const free = async (address, at = api) => (await at.query.system.account(address)).data.free.toString();

function submit(call, signer, options = {}) {
  return new Promise((resolve, reject) => {
    const statuses = [];
    call.signAndSend(signer, options, ({ status, events, dispatchError, txHash }) => {
      statuses.push(status.type);
      if (!status.isFinalized) return;
      const names = events.map(({ event }) => `${event.section}.${event.method}`);
      const failure = dispatchError?.isModule ? api.registry.findMetaError(dispatchError.asModule).name : dispatchError?.toString();
      resolve({ statuses, names, failure: failure ?? null, hash: txHash.toHex(), block: status.asFinalized.toHex() });
    }).catch(reject);
  });
}

async function refusal(promise) {
  try { await promise; } catch (error) { return error.message; }
  return null;
}

const known = {
  chain: (await api.rpc.system.chain()).toString(),
  properties: (await api.rpc.system.properties()).toJSON(),
  spec: api.runtimeVersion.specVersion.toNumber(),
  genesis: api.genesisHash.toHex(),
  metadata: api.runtimeMetadata.version,
  extrinsic: api.extrinsicVersion,
  pallets: Object.keys(api.query).sort(),
  deposit: api.consts.balances.existentialDeposit.toString(),
};

const before = { alice: await free(alice.address), fresh: await free(fresh.address) };
const start = await api.rpc.chain.getFinalizedHead();
const transfer = api.tx.balances.transferKeepAlive(fresh.address, 3_000_000_000n);
const info = await transfer.paymentInfo(alice);
const sent = await submit(transfer, alice, { tip: 5, era: 16 });
const after = { alice: await free(alice.address), fresh: await free(fresh.address) };
const past = await api.at(start);
const then = { alice: await free(alice.address, past), fresh: await free(fresh.address, past) };
const block = await api.rpc.chain.getBlock(sent.block);
const found = block.block.extrinsics.find((item) => item.hash.toHex() === sent.hash);

const heads = await new Promise((resolve) => {
  const seen = [];
  const stop = api.rpc.chain.subscribeNewHeads((header) => {
    seen.push(header.number.toNumber());
    if (seen.length === 3) stop.then((end) => { end(); resolve(seen); });
  });
});
const watched = await new Promise((resolve) => {
  const seen = [];
  const stop = api.query.timestamp.now((moment) => {
    seen.push(moment.toNumber());
    if (seen.length === 2) stop.then((end) => { end(); resolve(seen); });
  });
});

const nobody = keyring.addFromUri('//Nobody//without-money');
const http = await ApiPromise.create({ provider: new HttpProvider(endpoint.replace('ws:', 'http:')) });
const said = {
  known, before, after, then, sent, heads, watched, warnings,
  fee: info.partialFee.toString(),
  signer: found?.signer.toString(),
  method: found && `${found.method.section}.${found.method.method}`,
  failed: await submit(api.tx.balances.transferKeepAlive(bob.address, 10n ** 18n), alice),
  batch: await submit(api.tx.utility.batchAll([api.tx.system.remark('0x01'), api.tx.system.remark('0x02')]), bob),
  poor: await refusal(transfer.signAndSend(nobody)),
  forged: await refusal(api.rpc.author.submitExtrinsic((await transfer.signAsync(alice)).toHex().replace(/.{8}$/, 'ffffffff'))),
  networks: (await api.query.subtensorModule.networksAdded.keys()).map((key) => key.args[0].toNumber()).sort(),
  info: (await api.call.subnetInfoRuntimeApi.getDynamicInfo(1)).toJSON(),
  price: await provider.send('swap_currentAlphaPrice', [1]),
  bytes: (await provider.send('subnetInfo_getSubnetInfo', [1])).length,
  http: { chain: (await http.rpc.system.chain()).toString(), free: await free(fresh.address, http) },
};
process.stdout.write(JSON.stringify(said));
await http.disconnect();
await api.disconnect();
