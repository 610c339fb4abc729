namespace DetrPerfLab.Report;

/// <summary>One machine of a fleet: its folder's name, what it measured, and what it costs an hour, in the reader's own unit; null where that was not given.</summary>
sealed record FleetMachine(string Name, ReportModel Model, double? PricePerHour)
{
    const double HoursOfAMillionMs = 1 / 3.6; // a million images of one millisecond each

    /// <summary>Reads the folders; each machine once, where several folders hold it the last counts.</summary>
    /// <exception cref="LabException">A folder holds no results, or a price names none of the machines, or several.</exception>
    internal static IReadOnlyList<FleetMachine> Load(IReadOnlyList<string> folders, IReadOnlyDictionary<string, double> prices)
    {
        if (folders.FirstOrDefault(f => !Directory.Exists(f) && !File.Exists(f)) is { } absent) { throw LabError.DirectoryNotFound(absent, "Name results folders of machines, for example: --fleet results/*"); }
        // results/* names more than machines: reports, and quick runs, whose wide intervals belong nowhere else.
        string[] ofMachines = [.. folders.Where(f => File.Exists(Path.Combine(f, "machine.json")))];
        if (ofMachines.Length == 0) { throw LabError.BadInput($"None of {folders.Count} folders holds a machine.json, needed results folders of machines, for example: --fleet results/*"); }
        var read = ofMachines.Select(f => (Name: new DirectoryInfo(f).Name, Model: ReportFolder.Load(f))).GroupBy(m => m.Name).Select(g => g.Last()).ToList();
        var models = read.Where(m => m.Model.Effects.Count > 0).GroupBy(m => m.Model.ModelAtHand).ToList();
        if (models.Count > 1) { throw LabError.BadInput($"The machines measured different models last, which no page compares: {string.Join("; ", models.Select(g => $"{Path.GetFileName(g.Key)} on {string.Join(", ", g.Select(m => m.Name))}"))}. Name the folders of one model."); }
        foreach (var named in prices.Keys)
        {
            var meant = read.Where(m => m.Name.Contains(named, StringComparison.OrdinalIgnoreCase)).Select(m => m.Name).ToList();
            if (meant.Count == 0) { throw LabError.UnknownName("machine of --price", named, read.Select(m => m.Name)); }
            if (meant.Count > 1) { throw LabError.BadInput($"--price {named} fits {meant.Count} machines: {string.Join(", ", meant)}. Name one of them alone."); }
        }

        return [.. read.Select(m => new FleetMachine(m.Name, m.Model, prices.Where(p => m.Name.Contains(p.Key, StringComparison.OrdinalIgnoreCase)).Select(p => (double?)p.Value).FirstOrDefault()))];
    }

    /// <summary>What a million images cost, one after the other; null without a price.</summary>
    internal double? PriceOfAMillion(CaseView view) => PricePerHour * view.Summary?.Median / Math.Max(1, view.Run.ImagesPerOperation) * HoursOfAMillionMs;
}
