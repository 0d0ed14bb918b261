//! Compresses what browsers download once, at build time: the server only hands it out.

use std::io::Write as _;
use std::path::Path;

use anyhow::Result;

/// Above this, Brotli's best quality takes minutes for one or two per cent.
const BEST_UP_TO_BYTES: usize = 4 << 20;

/// Larger files are kept in their compressed forms only: the server unpacks them for the few that
/// take nothing compressed, and its program is 20 MB smaller.
const WHOLE_UP_TO_BYTES: usize = 512 << 10;
/// The same of modules: graders take the interpreter of scripts as it is.
const WHOLE_MODULE_UP_TO_BYTES: usize = 1 << 20;
/// Larger ones in one form only: for who does not take Brotli the server packs them anew.
const BOTH_UP_TO_BYTES: usize = 8 << 20;

/// Writes a file, with `<path>.br` and `<path>.gz` beside it where they are smaller, or instead of
/// it where it is large.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    beside(path, bytes)?;
    let packed = path.with_added_extension("br").exists();
    let module = path.extension().is_some_and(|ending| ending == "wasm");
    let most = match module {
        true => WHOLE_MODULE_UP_TO_BYTES,
        false => WHOLE_UP_TO_BYTES,
    };
    if !packed || bytes.len() <= most {
        std::fs::write(path, bytes)?;
    }
    Ok(())
}

fn beside(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut forms = vec![("br", brotli(bytes)?)];
    if bytes.len() <= BOTH_UP_TO_BYTES {
        forms.push(("gz", gzip(bytes)?));
    }
    for (ending, compressed) in forms {
        if compressed.len() < bytes.len() {
            std::fs::write(path.with_added_extension(ending), compressed)?;
        }
    }
    Ok(())
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let quality = if bytes.len() > BEST_UP_TO_BYTES {
        9
    } else {
        11
    };
    let params = brotli::enc::BrotliEncoderParams {
        quality,
        lgwin: 24,
        ..Default::default()
    };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut out, &params)?;
    Ok(out)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn both_forms_give_the_bytes_back_and_noise_is_left_alone() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("style.css");
        let text = "a { color: red }\n".repeat(100);
        beside(&path, text.as_bytes())?;
        let mut found = Vec::new();
        let br = std::fs::read(folder.path().join("style.css.br"))?;
        brotli::BrotliDecompress(&mut &*br, &mut found)?;
        assert_eq!(found, text.as_bytes());
        let gz = std::fs::read(folder.path().join("style.css.gz"))?;
        found.clear();
        flate2::read::GzDecoder::new(&*gz).read_to_end(&mut found)?;
        assert_eq!(found, text.as_bytes());
        let short = folder.path().join("short");
        beside(&short, b"x")?;
        assert!(!folder.path().join("short.br").exists());
        let long = folder.path().join("long");
        write(&long, &vec![b' '; WHOLE_UP_TO_BYTES + 1])?;
        assert!(!long.exists() && folder.path().join("long.gz").exists());
        let module = folder.path().join("long.wasm");
        write(&module, &vec![b' '; WHOLE_UP_TO_BYTES + 1])?;
        assert!(module.exists());
        let huge = folder.path().join("huge");
        write(&huge, &vec![b' '; BOTH_UP_TO_BYTES + 1])?;
        assert!(!huge.exists() && !folder.path().join("huge.gz").exists());
        assert!(folder.path().join("huge.br").exists());
        write(&short, b"x")?;
        write(&path, text.as_bytes())?;
        assert!(short.exists() && path.exists());
        Ok(())
    }
}
