//! A learner's module as a [`Guest`]: metered bytes and the lab's adapter, in wasmtime.

use std::sync::{Arc, Mutex};

use labs::guest::MAX_PARAMS;
use labs::{FaultKind, Guest, Host, Reply, Spec, abi, meter};
use wasmtime::{Caller, Extern, Global, Instance, Linker, Memory, Store, TypedFunc};
use wasmtime::{StoreLimits, StoreLimitsBuilder};

use crate::engine::{Engine, EngineError};

/// Longest text of `env.abort` that is kept, in UTF-16 units.
const MAX_ABORT_UNITS: u32 = 256;
/// AssemblyScript keeps a string's length in bytes here, relative to its address.
const LENGTH_BEFORE: u32 = 4;
/// Size of a page of wasm memory, bytes.
const PAGE: usize = 65_536;
/// Most entries of a table, as a belt over the checks made before.
const TABLE_ELEMENTS: usize = 1 << 16;

/// Texts of `headroom.log` that a host keeps, and bytes of each: as many as a browser shows.
const LOG_LINES: usize = 200;
const LOG_BYTES: usize = 1024;

/// Parameters of the adapter's `call2`.
type Args = (i32, i64, i64, i64, i64, i64, i64, i64, i64);

/// A module, compiled for a lab: the source of fresh instances.
pub struct Modules {
    engine: Engine,
    guest: wasmtime::Module,
    adapter: wasmtime::Module,
    bytes_max: usize,
    aborted: Arc<Mutex<Option<String>>>,
    heard: Option<Arc<Mutex<Log>>>,
}

/// What a module logged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Log {
    /// The first texts, cut to 1 KiB each. Hostile: escape them before printing.
    pub lines: Vec<String>,
    /// How many more there were.
    pub more: u64,
}

/// What belongs to one instance.
struct Data {
    seed: u64,
    limits: StoreLimits,
    aborting: bool,
    aborted: Arc<Mutex<Option<String>>>,
    heard: Option<Arc<Mutex<Log>>>,
}

impl Modules {
    /// Compiles metered bytes and the adapter of a lab with these rules.
    ///
    /// # Errors
    /// If the compiler refuses the module.
    pub fn compile(engine: &Engine, rules: &Spec, metered: &[u8]) -> Result<Self, EngineError> {
        Ok(Self {
            engine: engine.clone(),
            guest: engine.compile(metered)?,
            adapter: engine.compile(&abi::adapter(rules))?,
            bytes_max: rules.budget.pages as usize * PAGE,
            aborted: Arc::default(),
            heard: None,
        })
    }

    /// Keeps what instances log from now on. Nobody listens while a module is graded.
    #[must_use]
    pub fn listening(mut self) -> Self {
        self.heard = Some(Arc::default());
        self
    }

    /// What was logged since [`Modules::listening`].
    #[must_use]
    pub fn heard(&self) -> Log {
        let heard = self.heard.as_ref().and_then(|log| log.lock().ok());
        heard.map(|log| log.clone()).unwrap_or_default()
    }

    /// Text of the last `env.abort`, if there was one. Hostile: escape it before printing.
    #[must_use]
    pub fn aborted(&self) -> Option<String> {
        self.aborted.lock().ok().and_then(|text| text.clone())
    }

    fn store(&self, seed: u64) -> Store<Data> {
        let limits = StoreLimitsBuilder::new()
            .memory_size(self.bytes_max)
            .table_elements(TABLE_ELEMENTS)
            .instances(2)
            .memories(1)
            .build();
        let aborted = Arc::clone(&self.aborted);
        let data = Data {
            seed,
            limits,
            aborting: false,
            aborted,
            heard: self.heard.clone(),
        };
        let mut store = Store::new(&self.engine.0, data);
        store.limiter(|data| &mut data.limits);
        store
    }

    fn link(&self, mut store: Store<Data>) -> wasmtime::Result<Wasm> {
        let mut linker = Linker::new(&self.engine.0);
        offer(&mut linker)?;
        let guest = linker.instantiate(&mut store, &self.guest)?;
        linker.instance(&mut store, "guest", guest)?;
        let adapter = linker.instantiate(&mut store, &self.adapter)?;
        let start = adapter.get_typed_func::<(), i32>(&mut store, "start")?;
        let call = adapter.get_typed_func(&mut store, "call2")?;
        let gas = global(&guest, &mut store, meter::GAS)?;
        let stack = global(&guest, &mut store, meter::STACK)?;
        let memory = guest.get_memory(&mut store, meter::MEMORY);
        Ok(Wasm {
            store,
            start,
            call,
            gas,
            stack,
            memory,
            dead: None,
        })
    }
}

impl Host for Modules {
    fn spawn(&mut self, seed: u64) -> Result<Box<dyn Guest>, FaultKind> {
        let mut wasm = self.link(self.store(seed)).map_err(|_| FaultKind::Start)?;
        match wasm.start.clone().call(&mut wasm.store, ()) {
            Ok(abi::VERSION) => Ok(Box::new(wasm)),
            Ok(found) => Err(FaultKind::AbiVersion {
                found: i64::from(found),
            }),
            Err(_) => Err(wasm.fault()),
        }
    }
}

/// What modules may import. The meter charges for `log`, whether anybody listens or not.
fn offer(linker: &mut Linker<Data>) -> wasmtime::Result<()> {
    linker.func_wrap("headroom", "log", hear)?;
    linker.func_wrap("env", "seed", |caller: Caller<'_, Data>| {
        seed_number(caller.data().seed)
    })?;
    linker.func_wrap("env", "abort", abort)?;
    Ok(())
}

/// The constant that `env.seed` gives: the seed's upper 53 bits, which an f64 holds exactly.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
fn seed_number(seed: u64) -> f64 {
    (seed >> 11) as f64
}

/// Keeps a text of the module, if anybody listens. One that does not lie in memory says nothing.
fn hear(mut caller: Caller<'_, Data>, at: i32, length: i32) {
    let Some(heard) = caller.data().heard.clone() else {
        return;
    };
    let Ok(mut log) = heard.lock() else {
        return;
    };
    if log.lines.len() == LOG_LINES {
        log.more += 1;
        return;
    }
    let memory = caller
        .get_export(meter::MEMORY)
        .and_then(Extern::into_memory);
    let (at, length) = (at.cast_unsigned() as usize, length.cast_unsigned() as usize);
    let text = memory.as_ref().and_then(|memory| {
        let end = at.checked_add(length.min(LOG_BYTES))?;
        memory.data(&caller).get(at..end)
    });
    let text = String::from_utf8_lossy(text.unwrap_or_default()).into_owned();
    log.lines.push(text);
}

fn abort(
    mut caller: Caller<'_, Data>,
    message: i32,
    file: i32,
    line: i32,
    column: i32,
) -> wasmtime::Result<()> {
    let message = text(&mut caller, message.cast_unsigned()).unwrap_or_default();
    let file = text(&mut caller, file.cast_unsigned()).unwrap_or_default();
    let data = caller.data_mut();
    data.aborting = true;
    if let Ok(mut aborted) = data.aborted.lock() {
        *aborted = Some(format!("{message} ({file}:{line}:{column})"));
    }
    Err(wasmtime::Error::msg("abort"))
}

/// An AssemblyScript string, cut to [`MAX_ABORT_UNITS`]; nothing if it does not lie in memory.
fn text(caller: &mut Caller<'_, Data>, at: u32) -> Option<String> {
    let memory = caller
        .get_export(meter::MEMORY)
        .and_then(Extern::into_memory)?;
    let bytes = memory.data(&*caller);
    let head = at.checked_sub(LENGTH_BEFORE)? as usize;
    let length = bytes.get(head..head.checked_add(4)?)?;
    let length = u32::from_le_bytes(length.try_into().ok()?).min(MAX_ABORT_UNITS * 2) & !1;
    let text = bytes.get(at as usize..(at as usize).checked_add(length as usize)?)?;
    let units: Vec<u16> = text
        .as_chunks()
        .0
        .iter()
        .map(|c| u16::from_le_bytes(*c))
        .collect();
    Some(String::from_utf16_lossy(&units))
}

fn global(of: &Instance, store: &mut Store<Data>, name: &str) -> wasmtime::Result<Global> {
    of.get_global(store, name)
        .ok_or_else(|| wasmtime::Error::msg("a global is missing"))
}

/// One instance.
struct Wasm {
    store: Store<Data>,
    start: TypedFunc<(), i32>,
    call: TypedFunc<Args, (i64, i64)>,
    gas: Global,
    stack: Global,
    memory: Option<Memory>,
    /// The fault after which the store must not be entered again.
    dead: Option<FaultKind>,
}

impl Wasm {
    /// Why the guest trapped. What every host can tell, in this order: see [`meter`].
    fn fault(&mut self) -> FaultKind {
        let left = |store: &mut Store<Data>, global: Global| global.get(store).i64().unwrap_or(0);
        let kind = if self.store.data().aborting {
            FaultKind::Abort
        } else if left(&mut self.store, self.gas) < 0 {
            FaultKind::OutOfOps
        } else if left(&mut self.store, self.stack) < 0 {
            FaultKind::CallDepth
        } else {
            FaultKind::Trap
        };
        self.dead = Some(kind.clone());
        kind
    }
}

impl Guest for Wasm {
    fn call(&mut self, export: usize, args: &[i64]) -> Result<Reply, FaultKind> {
        if let Some(kind) = &self.dead {
            return Err(kind.clone());
        }
        let mut a = [0; MAX_PARAMS];
        a.iter_mut().zip(args).for_each(|(to, from)| *to = *from);
        let number = i32::try_from(export).unwrap_or(-1);
        let args = (number, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
        match self.call.call(&mut self.store, args) {
            Ok((value, cost)) => Ok(Reply {
                value,
                ops: u64::try_from(cost).unwrap_or(0),
            }),
            Err(_) => Err(self.fault()),
        }
    }

    fn pages(&self) -> u32 {
        self.memory.map_or(0, |m| {
            u32::try_from(m.size(&self.store)).unwrap_or(u32::MAX)
        })
    }
}
