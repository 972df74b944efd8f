//! A ZIP archive of files that are stored as they are, without times of their own.
//!
//! The format is PKWARE's APPNOTE, versions up to 2.0: each file with its head, then the list of all, then where the list is.

/// No time: the first day that the format knows.
const FIRST_DAY: u16 = 0x21;
/// The version that is needed to take a stored file out.
const VERSION: u16 = 20;

/// The archive; `None` if it is larger than the format holds.
pub(crate) fn archive(files: &[(&str, &[u8])]) -> Option<Vec<u8>> {
    let (mut bytes, mut list) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let start = u32::try_from(bytes.len()).ok()?;
        let head = head(name, content)?;
        bytes.extend_from_slice(b"PK\x03\x04");
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(content);
        list.extend_from_slice(b"PK\x01\x02");
        list.extend_from_slice(&VERSION.to_le_bytes());
        list.extend_from_slice(&head);
        // Neither a comment nor attributes, and on the first disk.
        list.extend_from_slice(&[0; 10]);
        list.extend_from_slice(&start.to_le_bytes());
        list.extend_from_slice(name.as_bytes());
    }
    let (start, count) = (u32::try_from(bytes.len()).ok()?, u16::try_from(files.len()).ok()?);
    let size = u32::try_from(list.len()).ok()?;
    bytes.extend_from_slice(&list);
    bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    bytes.extend_from_slice(&count.to_le_bytes());
    bytes.extend_from_slice(&count.to_le_bytes());
    bytes.extend_from_slice(&size.to_le_bytes());
    bytes.extend_from_slice(&start.to_le_bytes());
    bytes.extend_from_slice(&[0, 0]);
    Some(bytes)
}

/// What stands both before a file and in the list.
fn head(name: &str, content: &[u8]) -> Option<Vec<u8>> {
    let size = u32::try_from(content.len()).ok()?.to_le_bytes();
    let mut head = Vec::with_capacity(26);
    head.extend_from_slice(&VERSION.to_le_bytes());
    // No flags, stored, at midnight.
    head.extend_from_slice(&[0; 6]);
    head.extend_from_slice(&FIRST_DAY.to_le_bytes());
    head.extend_from_slice(&crc32(content).to_le_bytes());
    head.extend_from_slice(&size);
    head.extend_from_slice(&size);
    head.extend_from_slice(&u16::try_from(name.len()).ok()?.to_le_bytes());
    head.extend_from_slice(&[0, 0]);
    Some(head)
}

/// The checksum of the format, bit by bit: the files are small.
fn crc32(content: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in content {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let carry = crc & 1;
            crc >>= 1;
            if carry == 1 {
                crc ^= 0xEDB8_8320;
            }
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::{archive, crc32};

    #[test]
    fn the_checksum_is_that_of_the_format() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn the_same_files_give_the_same_archive() {
        let files: [(&str, &[u8]); 2] = [("a.xml", b"<a/>"), ("b/c.xml", b"<c/>")];
        let one = archive(&files).unwrap();
        assert_eq!(archive(&files).unwrap(), one);
        assert!(one.starts_with(b"PK\x03\x04"));
        assert_eq!(one.len(), 2 * (30 + 46) + 2 * (5 + 7) + 2 * 4 + 22);
    }
}
