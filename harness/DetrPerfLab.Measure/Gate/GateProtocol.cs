using System.Diagnostics;

namespace DetrPerfLab.Measure;

/// <summary>The program's end of <c>detrlab gate --base-command … --head-command …</c>. Copy this file into your project and call <see cref="Serve(Action, Func{IEnumerable{KeyValuePair{string, double}}}?)"/>
/// once your pipeline is loaded; it needs nothing else.</summary>
/// <remarks>Three lines: the program says <c>ready</c>; to each line <c>run</c> it does its work once and answers with the milliseconds that this took; at
/// <c>end</c> it may write lines <c>figure NAME VALUE</c>, which the gate compares too, and ends. Nothing else goes to standard output.</remarks>
public static class GateProtocol
{
    /// <param name="run">The work, on an input that is ready; it returns when it is done.</param>
    public static void Serve(Action run, Func<IEnumerable<KeyValuePair<string, double>>>? figures = null) => Serve(
        () =>
        {
            var start = Stopwatch.GetTimestamp();
            run();
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        },
        figures, Console.In, Console.Out);

    /// <param name="timedRun">Does the work and tells what it took, milliseconds.</param>
    public static void Serve(Func<double> timedRun, Func<IEnumerable<KeyValuePair<string, double>>>? figures, TextReader questions, TextWriter answers)
    {
        Say("ready");
        while (questions.ReadLine() is { } question)
        {
            if (question == "end") { break; }
            if (question != "run") { throw new InvalidOperationException($"The gate asked '{question}', known are run and end."); }
            Say(FormattableString.Invariant($"{timedRun():R}"));
        }

        foreach (var (name, value) in figures?.Invoke() ?? []) { Say(FormattableString.Invariant($"figure {name} {value:R}")); }

        void Say(string line)
        {
            answers.WriteLine(line);
            answers.Flush();
        }
    }
}
