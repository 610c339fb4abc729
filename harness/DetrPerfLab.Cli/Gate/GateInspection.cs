namespace DetrPerfLab.Cli;

/// <summary>What both sides of a gate are, before anything is timed: outputs on one input, the optimised graph, AP.</summary>
sealed class GateInspection(GateOptions options, Action<string> say, CancellationToken cancellation)
{
    // Both are told by the timed processes too, which run long enough for them.
    static readonly string[] s_ofTimedProcesses = ["allocated_bytes", UnitReading.Peak];

    internal IReadOnlyList<GateBound> Bounds(GateCaseName one)
    {
        if (!options.Base.IsLab || !options.Head.IsLab) { return []; } // a program tells what it wants to at its end
        var folder = Directory.CreateTempSubdirectory("detrlab-gate-").FullName;
        try
        {
            var (before, after) = (Look(one, options.Base, "base", folder), Look(one, options.Head, "head", folder));
            List<GateBound> bounds =
            [
                GateBound.Agreement(Compared(folder), options.MaxClassChanges, options.Allowed),
                .. before.Keys.Union(after.Keys).Except(s_ofTimedProcesses).Select(figure => GateBound.Of(figure, Of(before, figure), Of(after, figure), null, options.Allowed)).OfType<GateBound>(),
            ];
            if (options.Coco is not null) { bounds.Add(GateBound.Ap(Ap(one, options.Base, folder), Ap(one, options.Head, folder), options.MaxApLoss, options.Allowed)); }
            return bounds;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static double? Of(IReadOnlyDictionary<string, double> figures, string name) => figures.TryGetValue(name, out var value) ? value : null;

    static string OutputsOf(string folder, string who) => Path.Combine(folder, $"{who}.bin");

    IReadOnlyDictionary<string, double> Look(GateCaseName one, GateSide side, string who, string folder)
    {
        say($"{one}: looking into the {who}");
        try
        {
            using var unit = new GateUnit($"{one}: the {who}", side.Unit(one, copy: false, OutputsOf(folder, who)), options.Patience, cancellation);
            return unit.End();
        }
        catch (LabException reason) when (who == "base")
        {
            throw LabError.BadInput($"{reason.Message} Without a base there is nothing to compare with: name another with --base. (A build from before this gate cannot be one.)");
        }
    }

    static AgreementInfo Compared(string folder)
    {
        try { return SavedOutputs.Compare("the base", SavedOutputs.Read(OutputsOf(folder, "base")), SavedOutputs.Read(OutputsOf(folder, "head"))); }
        catch (KeyNotFoundException other) { throw LabError.CheckFailed($"the head gives other outputs than the base: {other.Message}"); }
    }

    /// <summary>Both on the images that one of them was proven on: INT8 has seen the others when it was calibrated.</summary>
    double Ap(GateCaseName one, GateSide side, string folder)
    {
        say($"{one}: AP of {side.Text}");
        var (judged, list) = (options.Head.Judged.Count > 0 ? options.Head.Judged : options.Base.Judged, Path.Combine(folder, "images.txt"));
        if (judged.Count > 0) { File.WriteAllLines(list, judged); }
        return side.Ap(one, options.Coco!, judged.Count > 0 ? list : "all", cancellation);
    }
}
