//! What a child tries on itself before it takes work: a module that answers, one that never
//! does, one that must be refused. A child that gets any of it wrong is not used.

use labs::{FaultKind, Host as _, Lab, ValType};

use super::worker::prepare;
use crate::sandbox::Engine;

/// A module whose only type is a GC subtype: refused before any compiler sees it.
const REFUSED: &[u8] = b"\0asm\x01\0\0\0\x01\x05\x01\x50\0\x5f\0";

/// Tests an engine on the first lab.
///
/// # Errors
/// What went wrong.
pub fn run(engine: &Engine) -> Result<(), String> {
    let lab = labs::ALL.first().ok_or("there is no lab")?;
    answers(engine, lab)?;
    stops(engine, lab)?;
    match prepare(engine, lab, REFUSED) {
        Ok(_) => Err("a module that must be refused was taken".into()),
        Err(_) => Ok(()),
    }
}

fn answers(engine: &Engine, lab: &Lab) -> Result<(), String> {
    let mut host = prepare(engine, lab, &module(lab, Body::Zero)).map_err(|e| format!("{e:?}"))?;
    let mut guest = host.spawn(1).map_err(|fault| fault.to_string())?;
    for (number, export) in lab.spec().exports.iter().enumerate() {
        let args = vec![0; export.params.len()];
        let reply = guest
            .call(number, &args)
            .map_err(|fault| fault.to_string())?;
        if reply.value != 0 || (export.result.is_some() && reply.ops == 0) {
            return Err(format!("{} answered {reply:?}", export.name));
        }
    }
    Ok(())
}

fn stops(engine: &Engine, lab: &Lab) -> Result<(), String> {
    let mut host = prepare(engine, lab, &module(lab, Body::Loop)).map_err(|e| format!("{e:?}"))?;
    let mut guest = host.spawn(1).map_err(|fault| fault.to_string())?;
    match guest.call(0, &[]) {
        Err(FaultKind::OutOfOps) => Ok(()),
        other => Err(format!("an endless loop ended with {other:?}")),
    }
}

/// What every function of a test module does.
#[derive(Clone, Copy)]
enum Body {
    /// Answers 0.
    Zero,
    /// Never answers.
    Loop,
}

/// A module that exports what `lab` asks for, written out by hand: there is no compiler here.
fn module(lab: &Lab, body: Body) -> Vec<u8> {
    let mut types = vec![vec![0x60, 0, 1, 0x7f]];
    let mut exports = vec![export("abi_version", 0)];
    let mut code = vec![vec![0, 0x41, 1, 0x0b]];
    for (number, wanted) in (1_u8..).zip(&lab.spec().exports) {
        let params: Vec<u8> = wanted.params.iter().map(|param| byte(param.ty)).collect();
        let results: Vec<u8> = wanted.result.map(byte).into_iter().collect();
        types.push([vec![0x60], vector(&params), vector(&results)].concat());
        exports.push(export(&wanted.name, number));
        code.push(match (body, wanted.result) {
            (Body::Loop, _) => vec![0, 0x03, 0x40, 0x0c, 0, 0x0b, 0, 0x0b],
            (Body::Zero, Some(ValType::I32)) => vec![0, 0x41, 0, 0x0b],
            (Body::Zero, Some(ValType::I64)) => vec![0, 0x42, 0, 0x0b],
            (Body::Zero, None) => vec![0, 0x0b],
        });
    }
    let functions: Vec<Vec<u8>> = (0..).take(types.len()).map(|number| vec![number]).collect();
    let code = code.iter().map(|body| vector(body)).collect::<Vec<_>>();
    let sections = [(1, types), (3, functions), (7, exports), (10, code)];
    let mut bytes = b"\0asm\x01\0\0\0".to_vec();
    for (id, entries) in sections {
        let content = [size(entries.len()), entries.concat()].concat();
        bytes.push(id);
        bytes.extend(vector(&content));
    }
    bytes
}

const fn byte(ty: ValType) -> u8 {
    match ty {
        ValType::I32 => 0x7f,
        ValType::I64 => 0x7e,
    }
}

fn export(name: &str, number: u8) -> Vec<u8> {
    [vector(name.as_bytes()), vec![0, number]].concat()
}

fn vector(bytes: &[u8]) -> Vec<u8> {
    [size(bytes.len()), bytes.to_vec()].concat()
}

/// A length as LEB128.
fn size(mut length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (length & 0x7f) as u8;
        length >>= 7;
        if length == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
