//! A week as PDF, with the fonts that every reader has: their letters are those of western Europe.
//!
//! ISO 32000-1 §9.6.2.2 (standard 14 fonts), annex D.2 (`WinAnsiEncoding`). A name in other letters is shown by its id.

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};

use super::{Printed, color::Rgb};
use crate::model::{Cell, Slot};

/// A4, lying, in points.
const PAGE: (f32, f32) = (842.0, 595.0);
const MARGIN: f32 = 28.0;
/// The column of the hours.
const HOURS: f32 = 70.0;
const HEAD: f32 = 40.0;
const TALLEST_ROW: f32 = 22.0;
/// Rows on a page at most, so that they can be read.
const MOST_ROWS: usize = 34;
const PLAIN: Name<'_> = Name(b"F1");
const BOLD: Name<'_> = Name(b"F2");

/// One row of the table: a line of a shift.
#[derive(Clone, Copy)]
struct Row {
    shift: usize,
    line: usize,
}

/// The week as PDF, on as many pages as it needs; a shift is kept together where it fits.
#[must_use]
pub fn pdf(printed: &Printed<'_>) -> Vec<u8> {
    let pages = pages(printed.kept.plan.table.shifts(), printed.kept.plan.table.lines);
    let (catalog, tree, plain, bold) = (Ref::new(1), Ref::new(2), Ref::new(3), Ref::new(4));
    let ids = |page: usize| {
        let first = 5 + 2 * i32::try_from(page).unwrap_or(0);
        (Ref::new(first), Ref::new(first + 1))
    };
    let mut file = Pdf::new();
    file.catalog(catalog).pages(tree);
    let count = i32::try_from(pages.len()).unwrap_or(1);
    file.pages(tree).kids((0..pages.len()).map(|page| ids(page).0)).count(count);
    for (id, name) in [(plain, &b"Helvetica"[..]), (bold, b"Helvetica-Bold")] {
        file.type1_font(id).base_font(Name(name)).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    for (number, rows) in pages.iter().enumerate() {
        let (id, content) = ids(number);
        let mut page = file.page(id);
        page.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(tree).contents(content);
        page.resources().fonts().pair(PLAIN, plain).pair(BOLD, bold);
        page.finish();
        file.stream(content, &draw(printed, rows, number + 1, pages.len()));
    }
    file.finish()
}

/// Which rows stand on which page.
fn pages(shifts: usize, lines: usize) -> Vec<Vec<Row>> {
    let mut pages: Vec<Vec<Row>> = vec![Vec::new()];
    for shift in 0..shifts {
        let is_full = |page: &Vec<Row>| !page.is_empty() && page.len() + lines > MOST_ROWS;
        if pages.last().is_some_and(is_full) {
            pages.push(Vec::new());
        }
        for line in 0..lines {
            if pages.last().is_some_and(|page| page.len() >= MOST_ROWS) {
                pages.push(Vec::new());
            }
            if let Some(page) = pages.last_mut() {
                page.push(Row { shift, line });
            }
        }
    }
    pages
}

fn draw(printed: &Printed<'_>, rows: &[Row], number: usize, of: usize) -> pdf_writer::Buf {
    let table = &printed.kept.plan.table;
    let mut pen = Content::new();
    let top = PAGE.1 - MARGIN;
    let title = if of > 1 { format!("{} ({number}/{of})", printed.title()) } else { printed.title() };
    write(&mut pen, BOLD, 13.0, (MARGIN, top - 12.0), Rgb(0, 0, 0), &title);
    let width = (PAGE.0 - 2.0 * MARGIN - HOURS) / table.days.len().max(1) as f32;
    let height = ((top - HEAD - MARGIN) / rows.len().max(1) as f32).min(TALLEST_ROW);
    for (column, &day) in table.days.iter().enumerate() {
        let x = MARGIN + HOURS + width * column as f32;
        write(&mut pen, BOLD, 9.0, (x + 4.0, top - HEAD + 6.0), Rgb(0, 0, 0), &printed.head(day));
    }
    let size = (height * 0.6).min(10.0);
    for (place, row) in rows.iter().enumerate() {
        let y = top - HEAD - height * (place + 1) as f32;
        let is_first = row.line == 0 || place == 0;
        if is_first {
            let hour = |index: usize| table.hours.get(index).map(|t| t.strftime("%H:%M").to_string());
            let (from, to) = (hour(row.shift).unwrap_or_default(), hour(row.shift + 1).unwrap_or_default());
            let hours = format!("{from}-{to}");
            write(&mut pen, BOLD, 9.0, (MARGIN, y + height * 0.3), Rgb(0, 0, 0), &hours);
        }
        for (column, &day) in table.days.iter().enumerate() {
            let cells = table.at(Slot { day, shift: row.shift }).unwrap_or_default();
            let cell = cells.get(row.line).cloned().unwrap_or_default();
            let x = MARGIN + HOURS + width * column as f32;
            draw_cell(&mut pen, printed, &cell, [x, y, width, height], size);
        }
        if is_first {
            pen.set_line_width(1.2).set_stroke_rgb(0.0, 0.0, 0.0);
            pen.move_to(MARGIN, y + height).line_to(PAGE.0 - MARGIN, y + height).stroke();
        }
    }
    pen.finish()
}

fn draw_cell(pen: &mut Content, printed: &Printed<'_>, cell: &Cell, place: [f32; 4], size: f32) {
    let [x, y, width, height] = place;
    let (back, text_color) = printed.colors(cell);
    let [red, green, blue] = back.parts();
    pen.save_state();
    pen.set_fill_rgb(red, green, blue).set_stroke_rgb(0.5, 0.5, 0.5).set_line_width(0.4);
    pen.rect(x, y, width, height).fill_nonzero_and_stroke();
    // A long name ends at the cell's edge.
    pen.rect(x, y, width, height).clip_nonzero().end_path();
    let text = printed.text(cell);
    let text = if win_ansi(&text).is_some() { text } else { cell.to_string() };
    write(pen, PLAIN, size, (x + 4.0, y + height * 0.3), text_color, &text);
    pen.restore_state();
}

fn write(pen: &mut Content, font: Name<'_>, size: f32, at: (f32, f32), color: Rgb, text: &str) {
    let [red, green, blue] = color.parts();
    let bytes = win_ansi(text).unwrap_or_else(|| text.bytes().filter(u8::is_ascii_graphic).collect());
    pen.set_fill_rgb(red, green, blue).begin_text().set_font(font, size).next_line(at.0, at.1);
    pen.show(Str(&bytes)).end_text();
}

/// The text in `WinAnsiEncoding`; pictures are left out. None: it has letters that the encoding has not, or only
/// pictures.
fn win_ansi(text: &str) -> Option<Vec<u8>> {
    const SPECIAL: [(char, u8); 12] = [
        ('€', 0x80),
        ('…', 0x85),
        ('Š', 0x8a),
        ('Œ', 0x8c),
        ('Ž', 0x8e),
        ('‘', 0x91),
        ('’', 0x92),
        ('–', 0x96),
        ('š', 0x9a),
        ('œ', 0x9c),
        ('ž', 0x9e),
        ('Ÿ', 0x9f),
    ];
    let mut bytes = Vec::new();
    for letter in text.chars() {
        let special = SPECIAL.iter().find(|(known, _)| *known == letter).map(|(_, byte)| *byte);
        let same = u8::try_from(u32::from(letter)).ok().filter(|byte| matches!(byte, 0x20..=0x7e | 0xa0..));
        match special.or(same) {
            Some(byte) => bytes.push(byte),
            None if letter.is_alphanumeric() => return None,
            None => {}
        }
    }
    let text: &[u8] = bytes.trim_ascii();
    (!text.is_empty()).then(|| text.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_western_europe_and_no_others() {
        assert_eq!(win_ansi("Àngels Œ").as_deref(), Some(&b"\xc0ngels \x8c"[..]));
        assert_eq!(win_ansi("Núria 🎧").as_deref(), Some(&b"N\xfaria"[..]));
        for other in ["שרה", "Анна", "🎧", ""] {
            assert_eq!(win_ansi(other), None, "{other}");
        }
    }

    #[test]
    fn a_shift_stays_together_where_it_fits() {
        let lengths = |shifts, lines| pages(shifts, lines).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(lengths(4, 5), [20]);
        assert_eq!(lengths(8, 20), [20; 8]);
        assert_eq!(lengths(1, 40), [34, 6]);
    }
}
