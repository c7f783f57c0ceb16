//! The charts of a report, as SVG: one colour for each language, values from 0 to 1.

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::Run;
use super::scores::{Grouping, Scores};

/// Width of a chart, in pixels.
const WIDTH: u32 = 760;
/// Height of a row.
const ROW: u32 = 34;
/// Room for names, at the left.
const NAMES: i32 = 190;
/// Room for the title and the scale.
const HEAD: u32 = 48;
/// Both languages, in the order of their codes.
const COLOURS: [RGBColor; 2] = [RGBColor(38, 110, 180), RGBColor(217, 119, 6)];
const INK: RGBColor = RGBColor(40, 44, 52);
const FAINT: RGBColor = RGBColor(205, 210, 218);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// The figures of each language.
pub fn figures(run: &Run) -> Result<String> {
    let by_language = Grouping::Language.scores(&run.verdicts);
    let names = Scores::default().figures().map(|(name, _)| name.replace('_', " "));
    let value = |at: usize| by_language.iter().map(|(_, scores)| scores.figures()[at].1).collect();
    let rows = names.into_iter().enumerate().map(|(at, name)| (name, value(at))).collect::<Vec<_>>();
    let legend: Vec<&str> = by_language.iter().map(|(name, _)| name.as_str()).collect();
    chart("Figures by language", &rows, &legend)
}

/// The coverage of each topic.
pub fn topics(run: &Run) -> Result<String> {
    let groups = Grouping::Topic.scores(&run.verdicts);
    let rows: Vec<_> = groups.into_iter().map(|(name, scores)| (name, vec![scores.coverage])).collect();
    chart("Coverage of the expected points by topic", &rows, &[])
}

/// A bar for each value of each row.
fn chart(title: &str, rows: &[(String, Vec<f64>)], legend: &[&str]) -> Result<String> {
    let mut svg = String::new();
    let height = HEAD + ROW * u32::try_from(rows.len())? + 12;
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        draw(&area, title, rows, legend).map_err(|error| anyhow!("the chart “{title}” cannot be drawn: {error}"))?;
    }
    Ok(svg)
}

fn draw(area: &Area<'_>, title: &str, rows: &[(String, Vec<f64>)], legend: &[&str]) -> Result<()> {
    let ink = |size: i32| ("sans-serif", size).into_font().color(&INK);
    let right = ink(13).pos(Pos::new(HPos::Right, VPos::Center));
    area.fill(&WHITE)?;
    area.draw(&Text::new(title, (12, 8), ink(17)))?;
    let (width, height) = (i32::try_from(WIDTH)?, i32::try_from(HEAD + ROW * u32::try_from(rows.len())?)?);
    let scale = f64::from(width - NAMES - 70);
    #[expect(clippy::cast_possible_truncation, reason = "pixels of a chart")]
    let x = |value: f64| NAMES + (value.clamp(0.0, 1.0) * scale).round() as i32;
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        area.draw(&PathElement::new(vec![(x(tick), i32::try_from(HEAD)? - 6), (x(tick), height)], FAINT))?;
        let above = ink(11).pos(Pos::new(HPos::Center, VPos::Bottom));
        area.draw(&Text::new(format!("{tick}"), (x(tick), i32::try_from(HEAD)? - 8), above))?;
    }
    for (at, (name, values)) in rows.iter().enumerate() {
        let top = i32::try_from(HEAD + ROW * u32::try_from(at)?)?;
        area.draw(&Text::new(name.as_str(), (NAMES - 10, top + i32::try_from(ROW)? / 2), right.clone()))?;
        let thick = (i32::try_from(ROW)? - 8) / i32::try_from(values.len().max(1))?;
        for ((bar, value), colour) in (0..).zip(values).zip(COLOURS) {
            let y = top + 4 + bar * thick;
            area.draw(&Rectangle::new([(NAMES, y), (x(*value), y + thick - 2)], colour.filled()))?;
            let beside = ink(11).pos(Pos::new(HPos::Left, VPos::Center));
            area.draw(&Text::new(format!("{value:.3}"), (x(*value) + 5, y + thick / 2), beside))?;
        }
    }
    for ((at, name), colour) in (0..).zip(legend).zip(COLOURS) {
        let left = width - 120 + at * 52;
        area.draw(&Rectangle::new([(left, 12), (left + 12, 24)], colour.filled()))?;
        area.draw(&Text::new(*name, (left + 17, 11), ink(13)))?;
    }
    area.present()?;
    Ok(())
}
