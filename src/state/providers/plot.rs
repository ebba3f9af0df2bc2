use crate::courier::Bucket;

/// Width and height of the plot, in its own units.
pub const SIZE: (f64, f64) = (320.0, 72.0);

/// Fewer calls than this are counted one by one: a percentage of them, or a bar as high as the plot, would mislead.
pub const FEW: u32 = 5;

/// The shapes of a plot: one bar a bucket, its failures at the foot, and the line of the median first token.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plot {
    /// Left edge, width, height of all calls, height of the failed ones; one a bucket with calls.
    pub bars: Vec<(f64, f64, f64, f64)>,
    /// Points of the line, cut where a bucket has no first token.
    pub lines: Vec<String>,
    /// Most calls of a bucket.
    pub most_calls: u32,
    /// Greatest median of a bucket, in milliseconds.
    pub most_millis: f64,
}

/// Draws buckets. Both scales begin at zero; that of calls goes to [`FEW`] at least, so that one failed call is not the whole plot.
pub fn plot(series: &[Bucket]) -> Plot {
    let (width, height) = SIZE;
    let step = width / series.len().max(1) as f64;
    let most_calls = series.iter().map(|bucket| bucket.calls).max().unwrap_or(0);
    let millis = |bucket: &Bucket| bucket.first_token_p50_millis.filter(|millis| millis.is_finite());
    let most_millis = series.iter().filter_map(millis).fold(0.0, f64::max);
    let mut shapes = Plot { most_calls, most_millis, ..Plot::default() };
    let mut line = Vec::new();
    for (at, bucket) in series.iter().enumerate() {
        let left = at as f64 * step;
        if bucket.calls > 0 {
            let share = |count: u32| height * f64::from(count) / f64::from(most_calls.max(FEW));
            let gap = (step * 0.15).min(2.0);
            shapes.bars.push((left + gap, step - 2.0 * gap, share(bucket.calls), share(bucket.failures)));
        }
        match millis(bucket) {
            Some(millis) if most_millis > 0.0 => {
                // A little air on top, so that the greatest value is not cut by the edge.
                let y = height - (height - 4.0) * millis / most_millis;
                line.push(format!(
                    "{},{}",
                    crate::format::fixed(left + step / 2.0, 1),
                    crate::format::fixed(y, 1)
                ));
            }
            _ => end(&mut line, &mut shapes.lines),
        }
    }
    end(&mut line, &mut shapes.lines);
    shapes
}

fn end(line: &mut Vec<String>, lines: &mut Vec<String>) {
    if !line.is_empty() {
        lines.push(std::mem::take(line).join(" "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(calls: u32, failures: u32, millis: Option<f64>) -> Bucket {
        Bucket { calls, failures, first_token_p50_millis: millis, ..Bucket::default() }
    }

    #[test]
    fn bars_scale_with_calls_and_a_gap_cuts_the_line() {
        let series = [
            bucket(8, 2, Some(100.0)),
            bucket(4, 0, Some(50.0)),
            bucket(0, 0, None),
            bucket(2, 2, None),
            bucket(8, 0, Some(25.0)),
        ];
        let plot = plot(&series);
        assert_eq!((plot.most_calls, plot.most_millis), (8, 100.0));
        let heights: Vec<_> = plot.bars.iter().map(|bar| (bar.2, bar.3)).collect();
        assert_eq!(heights, [(72.0, 18.0), (36.0, 0.0), (18.0, 18.0), (72.0, 0.0)]);
        assert!(plot.bars.iter().all(|(x, width, ..)| *x >= 0.0 && x + width <= 320.0));
        assert_eq!(plot.lines, ["32.0,4.0 96.0,38.0", "288.0,55.0"]);
    }

    #[test]
    fn one_failed_call_of_few_is_a_fifth_of_the_plot_at_most() {
        let series = [1, 1, 1, 1, 1].map(|calls| bucket(calls, 0, None));
        let plot = plot(&[&series[..4], &[bucket(1, 1, None)]].concat());
        let heights: Vec<_> = plot.bars.iter().map(|bar| (bar.2, bar.3)).collect();
        assert_eq!(heights[0], (72.0 / 5.0, 0.0));
        assert_eq!(heights[4], (72.0 / 5.0, 72.0 / 5.0));
    }

    #[test]
    fn nothing_draws_nothing() {
        assert_eq!(plot(&[]), Plot::default());
        let empty = plot(&[bucket(0, 0, Some(f64::NAN))]);
        assert!(empty.bars.is_empty() && empty.lines.is_empty());
    }
}
