namespace DetrPerfLab.Report;

/// <summary>A result as it was found, and the name of the machine's folder that held it.</summary>
sealed record StoredRun(RunResult Result, string Folder);

/// <summary>What was measured over time, by any machine: each result once, oldest first, and what could not be read, one line each.</summary>
sealed record StoredResults(IReadOnlyList<StoredRun> Runs, IReadOnlyList<string> Problems)
{
    /// <summary>A row stays in its suite's file until it is measured again, so that many snapshots hold the same result.</summary>
    internal sealed class Collector
    {
        readonly Dictionary<(string Id, string Machine, DateTimeOffset Started), StoredRun> _runs = [];
        readonly List<string> _problems = [];

        internal void Say(string problem) => _problems.Add(problem);

        /// <summary>Adds a file's results, or says why it is passed over. Of two files the one that comes first counts.</summary>
        internal void Add(string folder, Func<IReadOnlyList<RunResult>> read)
        {
            try
            {
                foreach (var result in read()) { _runs.TryAdd((result.Id, result.Machine, result.Started), new(result, folder)); }
            }
            catch (LabException e) { _problems.Add($"Passed over: {e.Message}"); }
        }

        /// <exception cref="LabException">Nothing at all could be read.</exception>
        internal StoredResults End(string where) => _runs.Count > 0
            ? new([.. _runs.Values.OrderBy(r => r.Result.Started).ThenBy(r => r.Result.Id, StringComparer.Ordinal)], _problems)
            : throw LabError.BadInput(string.Join(' ', [
                $"{where} holds no readable results, needed <machine>/<suite>.json as suites and detrlab bench write them. Measure first: ./run-all.sh, or detrlab bench.", .. _problems]));
    }
}
