//! Points in time and numbers from text, without a date library and without the float parser of `core`.

/// Later than any point in time that is meant: the year 9999.
const LAST_MS: f64 = 253_402_300_799_999.0;
/// From here up a number of epoch units is taken for milliseconds (as seconds it would be the year 5138).
const MILLISECONDS_FROM: f64 = 1e11;

/// Epoch seconds or milliseconds, told apart by size, as epoch milliseconds. Zero and below mean nothing.
pub(super) fn epoch_ms(number: f64) -> Option<f64> {
    let ms = if number >= MILLISECONDS_FROM { number } else { number * 1_000.0 };
    (ms > 0.0 && ms <= LAST_MS).then_some(ms)
}

/// A JSON number, whole text. Finite or `None`. The last digits may be off by rounding: the exact tables of the standard
/// library would be a tenth of what a page downloads.
pub fn decimal(text: &[u8]) -> Option<f64> {
    let mut cursor = Cursor(text);
    let negative = cursor.eat(b'-');
    let mut value = cursor.digits()?.iter().fold(0.0, with_digit);
    let mut scale = 0i32;
    if cursor.eat(b'.') {
        // Beyond this no double changes.
        for digit in cursor.digits()?.iter().take(20) {
            value = with_digit(value, digit);
            scale -= 1;
        }
    }
    if cursor.eat(b'e') || cursor.eat(b'E') {
        let below = cursor.eat(b'-');
        if !below {
            cursor.eat(b'+');
        }
        let exponent = cursor.digits()?.iter().fold(0.0, with_digit).min(9_999.0) as i32;
        scale += if below { -exponent } else { exponent };
    }
    for _ in 0..scale.unsigned_abs().min(700) {
        value = if scale < 0 { value / 10.0 } else { value * 10.0 };
    }
    (cursor.0.is_empty() && value.is_finite()).then_some(if negative { -value } else { value })
}

/// RFC 3339, or epoch seconds or milliseconds, as epoch milliseconds.
pub fn instant(text: &str) -> Option<f64> {
    let text = text.as_bytes().trim_ascii();
    rfc3339(text).or_else(|| epoch_ms(decimal(text)?))
}

/// An HTTP `Date` header, any of the three forms of RFC 9110, as epoch milliseconds.
pub fn http_date(text: &str) -> Option<f64> {
    // Behind the day of the week.
    const FORMS: [&[u8]; 4] =
        [b"dd bbb yyyy hh:ii:ss GMT", b"dd-bbb-yy hh:ii:ss GMT", b"bbb dd hh:ii:ss yyyy", b"bbb  d hh:ii:ss yyyy"];
    const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let text = text.as_bytes();
    let text = text.get(text.iter().position(|&byte| byte == b' ')? + 1..)?;
    let whole =
        |form: &&[u8]| Some((read(text, form).filter(|(_, rest)| rest.is_empty())?.0, form.get(2) == Some(&b'-')));
    let (mut parts, short) = FORMS.iter().find_map(whole)?;
    let [year, month, ..] = &mut parts;
    *month = MONTHS.chunks(3).position(|name| name.iter().fold(0, with_letter) == *month)? as u32 + 1;
    *year += match year {
        _ if !short => 0,
        0..70 => 2_000,
        _ => 1_900,
    };
    Some(seconds(parts)? * 1_000.0)
}

/// A `Retry-After` header, seconds or an HTTP date, as milliseconds from `epoch_now_ms`; never negative.
pub fn retry_after_ms(text: &str, epoch_now_ms: f64) -> Option<f64> {
    let wait = match decimal(text.as_bytes().trim_ascii()) {
        Some(seconds) => seconds * 1_000.0,
        None => http_date(text)? - epoch_now_ms,
    };
    wait.is_finite().then_some(wait.max(0.0))
}

/// What is behind a day of the calendar, `YYYY-MM-DD`.
pub fn day(text: &str) -> Option<&[u8]> {
    let (parts, rest) = read(text.as_bytes(), b"yyyy-oo-dd")?;
    seconds(parts)?;
    Some(rest)
}

fn rfc3339(text: &[u8]) -> Option<f64> {
    const FORMS: [&[u8]; 3] = [b"yyyy-oo-ddThh:ii:ss", b"yyyy-oo-ddthh:ii:ss", b"yyyy-oo-dd hh:ii:ss"];
    let (parts, rest) = FORMS.iter().find_map(|form| read(text, form))?;
    let mut cursor = Cursor(rest);
    let mut fraction = 0.0;
    if cursor.eat(b'.') {
        let mut unit = 1_000.0;
        for digit in cursor.digits()? {
            unit /= 10.0;
            fraction += with_digit(0.0, digit) * unit;
        }
    }
    let offset_minutes = if cursor.eat(b'Z') || cursor.eat(b'z') {
        0
    } else {
        let west = cursor.eat(b'-');
        if !west && !cursor.eat(b'+') {
            return None;
        }
        let ([.., hours, minutes, _], rest) = read(cursor.0, b"hh:ii")?;
        cursor.0 = rest;
        let offset = (hours < 24 && minutes < 60).then_some((hours * 60 + minutes) as i32)?;
        if west { -offset } else { offset }
    };
    let [.., hour, minute, second] = parts;
    let utc_minute = (hour * 60 + minute) as i32 - offset_minutes;
    // A leap second is 23:59:60 in UTC.
    let misplaced = second == 60 && utc_minute.rem_euclid(1_440) != 1_439;
    let seconds = seconds(parts)? - f64::from(offset_minutes * 60);
    (cursor.0.is_empty() && !misplaced).then_some(seconds * 1_000.0 + fraction)
}

/// From the beginning of 1970 to a date and time.
fn seconds([year, month, day, hour, minute, second]: [u32; 6]) -> Option<f64> {
    let clock = (hour < 24 && minute < 60 && second <= 60).then_some(hour * 3_600 + minute * 60 + second)?;
    Some(days(year, month, day)? * 86_400.0 + f64::from(clock))
}

/// Days from 1970-01-01 to a date of the Gregorian calendar.
fn days(year: u32, month: u32, day: u32) -> Option<f64> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if day == 0 || day > length || year == 0 || year > 9_999 {
        return None;
    }
    // Years begin in March, so that the leap day is the last.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let count = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
    Some(f64::from(count) - 719_468.0)
}

/// The year, month, day, hour, minute and second at the beginning of a text, and what follows: where the form has one of
/// their letters there is a digit, `b` is a letter of the month's name, and all else is itself.
fn read<'a>(text: &'a [u8], form: &[u8]) -> Option<([u32; 6], &'a [u8])> {
    let (text, rest) = text.split_at_checked(form.len())?;
    let mut parts = [0; 6];
    for (byte, sign) in text.iter().zip(form) {
        let part = parts.iter_mut().zip(b"yodhis").find(|(_, letter)| *letter == sign);
        match part {
            Some((part, _)) if byte.is_ascii_digit() => *part = *part * 10 + u32::from(byte - b'0'),
            None if *sign == b'b' => parts[1] = with_letter(parts[1], byte),
            None if byte == sign => {}
            _ => return None,
        }
    }
    Some((parts, rest))
}

/// Up to three letters as one number, with one letter more.
fn with_letter(word: u32, letter: &u8) -> u32 {
    word << 8 | u32::from(*letter)
}

/// A number with one digit more.
fn with_digit(number: f64, digit: &u8) -> f64 {
    number * 10.0 + f64::from(digit - b'0')
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn eat(&mut self, byte: u8) -> bool {
        let found = self.0.first() == Some(&byte);
        if found {
            self.0 = &self.0[1..];
        }
        found
    }

    /// One digit or more.
    fn digits(&mut self) -> Option<&'a [u8]> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        (count > 0).then_some(digits)
    }
}
