//! How figures changed from one generation to the next, as an SVG chart with a line for each.

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Width and height of the chart, in pixels.
const SIZE: (i32, i32) = (760, 280);
/// Room at the left for the scale, above for the names of the lines, at the right for the last values, and below for the
/// names of the points.
const LEFT: i32 = 44;
const ABOVE: i32 = 40;
const RIGHT: i32 = 56;
const BELOW: i32 = 34;
const COLOURS: [RGBColor; 4] =
    [RGBColor(38, 110, 180), RGBColor(217, 119, 6), RGBColor(11, 133, 96), RGBColor(150, 70, 160)];
const INK: RGBColor = RGBColor(40, 44, 52);
const FAINT: RGBColor = RGBColor(205, 210, 218);

/// A figure from 0 to 1.
pub struct Line<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value at each point; `None` where it is not known.
    pub values: Vec<Option<f64>>,
}

/// The chart of `lines`, at most four, over `points`.
///
/// # Errors
/// It cannot be drawn.
pub fn chart(points: &[&str], lines: &[Line<'_>]) -> Result<String> {
    let mut svg = String::new();
    {
        let size = (SIZE.0.unsigned_abs(), SIZE.1.unsigned_abs());
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        draw(&area, points, lines).map_err(|error| anyhow!("the chart of generations cannot be drawn: {error}"))?;
    }
    Ok(svg)
}

fn draw(area: &DrawingArea<SVGBackend<'_>, Shift>, points: &[&str], lines: &[Line<'_>]) -> Result<()> {
    let ink = |size: i32| ("sans-serif", size).into_font().color(&INK);
    let (width, height) = (SIZE.0 - LEFT - RIGHT, SIZE.1 - ABOVE - BELOW);
    // The scale begins at the tenth below the lowest value: what changes stands near the top, and would be a flat line otherwise.
    let lowest = lines.iter().flat_map(|line| &line.values).flatten().copied().fold(1.0_f64, f64::min);
    let bottom = ((lowest * 10.0 - 0.5).floor() / 10.0).clamp(0.0, 0.9);
    let last = i32::try_from(points.len().saturating_sub(1).max(1))?;
    let x = |at: usize| i32::try_from(at).map(|at| LEFT + width * at / last);
    #[expect(clippy::cast_possible_truncation, reason = "pixels of a chart")]
    let y = |value: f64| {
        ABOVE + height - ((value.clamp(bottom, 1.0) - bottom) / (1.0 - bottom) * f64::from(height)).round() as i32
    };
    area.fill(&WHITE)?;
    for tick in 0..=10 {
        let value = f64::from(tick) / 10.0;
        if value < bottom - 1e-9 {
            continue;
        }
        area.draw(&PathElement::new(vec![(LEFT, y(value)), (LEFT + width, y(value))], FAINT))?;
        let beside = ink(11).pos(Pos::new(HPos::Right, VPos::Center));
        area.draw(&Text::new(format!("{value:.1}"), (LEFT - 6, y(value)), beside))?;
    }
    let below = ink(11).pos(Pos::new(HPos::Left, VPos::Top));
    if let Some(first) = points.first() {
        area.draw(&Text::new(*first, (LEFT, ABOVE + height + 8), below))?;
    }
    if let Some(newest) = points.last().filter(|_| points.len() > 1) {
        let right = ink(11).pos(Pos::new(HPos::Right, VPos::Top));
        area.draw(&Text::new(*newest, (LEFT + width, ABOVE + height + 8), right))?;
    }
    for ((number, line), colour) in (0..).zip(lines).zip(COLOURS) {
        let left = LEFT + number * 160;
        area.draw(&Rectangle::new([(left, 12), (left + 12, 24)], colour.filled()))?;
        area.draw(&Text::new(line.name, (left + 18, 11), ink(13)))?;
        let known = line.values.iter().enumerate().filter_map(|(at, value)| Some((at, (*value)?)));
        let places = known.map(|(at, value)| Ok((x(at)?, y(value)))).collect::<Result<Vec<_>>>()?;
        for place in &places {
            area.draw(&Circle::new(*place, 3, colour.filled()))?;
        }
        let end = places.last().copied().zip(line.values.iter().rev().flatten().next());
        area.draw(&PathElement::new(places, colour.stroke_width(2)))?;
        if let Some(((x, y), value)) = end {
            let beside = ink(11).pos(Pos::new(HPos::Left, VPos::Center)).color(&colour);
            area.draw(&Text::new(format!("{value:.3}"), (x + 7, y), beside))?;
        }
    }
    area.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_named_and_ends_with_its_last_known_value() {
        let lines = [
            Line { name: "coverage", values: vec![Some(0.81), Some(0.832)] },
            Line { name: "source", values: vec![Some(0.918), None] },
        ];
        let svg = chart(&["g-1", "g-2"], &lines).expect("drawn");
        for expected in ["coverage", "source", "0.832", "0.918", "g-1", "g-2"] {
            assert!(svg.contains(expected), "{expected} is not in {svg}");
        }
        assert!(!svg.contains("0.6"), "the scale begins below the lowest value");
    }

    #[test]
    fn nothing_and_a_single_point_can_be_drawn() {
        assert!(chart(&[], &[]).is_ok());
        let single = [Line { name: "coverage", values: vec![Some(0.5)] }];
        assert!(chart(&["g-1"], &single).expect("drawn").contains("0.500"));
    }
}
