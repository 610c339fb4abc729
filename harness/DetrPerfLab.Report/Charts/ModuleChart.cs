using ScottPlot;

namespace DetrPerfLab.Report;

/// <summary>Where the time of each variant goes, by module.</summary>
static class ModuleChart
{
    // Okabe and Ito's hues again, ordered so that neighbours differ in lightness too.
    static readonly string[] s_colors = ["#0072B2", "#56B4E9", "#009E73", "#E69F00", "#D55E00", "#CC79A7", "#7A5C00", "#8C959F", "#AA4499", "#44AA99", "#999933", "#332288"];

    const double LeastShare = 0.03;
    const string Rest = "rest";

    internal static Drawing Create(ReportModel model)
    {
        // The variants of the answer; without them any that were profiled.
        CaseView[] ofAnswer = [.. model.Effects.Where(c => c.Run.Modules.Count > 0)];
        CaseView[] cases = [.. (ofAnswer.Length > 0 ? ofAnswer : model.Cases.Where(c => c.Run.Modules.Count > 0))
            .GroupBy(c => c.Run.Variant).Select(g => g.OrderBy(c => c.Run.Started).Last())
            .OrderByDescending(c => c.Run.Modules.Sum(m => m.Ms)).ThenBy(c => c.Run.Variant, StringComparer.Ordinal)];
        if (cases.Length == 0) { return Drawing.None("time by module: no variant was profiled"); }
        var title = Title(cases);
        var alt = $"{title}. Time by module: " + string.Join("; ", cases.Select(c => $"{c.Run.Variant} " +
            string.Join(", ", c.Run.Modules.OrderByDescending(m => m.Ms).Take(3).Select(m => $"{m.Name} {Format.Significant(m.Ms)} ms")))) + ".";
        return new Chart("modules", alt, 40 * cases.Length, canvas => Draw(canvas, cases, title, model.Caption));
    }

    // Of the variant that takes least.
    static string Title(CaseView[] cases)
    {
        var least = cases[^1];
        var most = least.Run.Modules.MaxBy(m => m.Ms)!;
        return $"{Format.Capital(most.Name)} takes {Format.Percent(most.Ms / least.Run.Modules.Sum(m => m.Ms))} of the time of {least.Run.Variant}";
    }

    // Slivers cannot be read: what is small in every variant is shown together.
    static HashSet<string> Small(CaseView[] cases) => [.. cases.SelectMany(c => c.Run.Modules.Select(m => (m.Name, Share: m.Ms / c.Run.Modules.Sum(all => all.Ms))))
        .GroupBy(m => m.Name).Where(g => g.Max(m => m.Share) < LeastShare).Select(g => g.Key)];

    static IEnumerable<ModuleTime> Shown(CaseView view, HashSet<string> small) =>
        view.Run.Modules.GroupBy(m => small.Contains(m.Name) ? Rest : m.Name).Select(g => new ModuleTime(g.Key, g.Sum(m => m.Ms)));

    static void Draw(ChartCanvas canvas, CaseView[] cases, string title, string caption)
    {
        var small = Small(cases);
        string[] modules = [.. cases.SelectMany(c => Shown(c, small).Select(m => m.Name)).Distinct().OrderBy(name => name == Rest)];
        var high = cases.Max(c => c.Run.Modules.Sum(m => m.Ms));
        canvas.Frame(title, caption, "time of one operation, ms (profile pass)", "");
        canvas.XAxis(0, high * 1.01);
        canvas.Categories([.. cases.Select(c => c.Run.Variant)]);
        for (var i = 0; i < cases.Length; i++)
        {
            var from = 0.0;
            var whole = cases[i].Run.Modules.Sum(m => m.Ms);
            foreach (var module in Shown(cases[i], small).OrderBy(m => m.Name == Rest))
            {
                canvas.Bar(-i, from, from + module.Ms, new(s_colors[Array.IndexOf(modules, module.Name) % s_colors.Length]));
                canvas.HoverRow(-i, from, from + module.Ms, $"{cases[i].Run.Variant}, {module.Name}: {Format.Significant(module.Ms)} ms, {Format.Percent(module.Ms / whole)}");
                from += module.Ms;
            }
        }

        foreach (var (index, name) in modules.Index()) { canvas.LegendEntry(name, new(s_colors[index % s_colors.Length]), MarkerShape.FilledSquare); }
        canvas.Legend();
    }
}
