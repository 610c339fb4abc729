using System.CommandLine;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab doctor [--json]</c>: what this machine is and has, and the command for what it lacks.</summary>
static class DoctorCommand
{
    internal static Command Create()
    {
        var json = SharedOptions.Json();
        var command = new Command("doctor", "Shows the machine, the versions of all packages, the variants and models, and what is missing.") { json };
        command.SetAction(parsed =>
        {
            var machine = ThisMachine.Read();
            var report = new Diagnosis(
                machine,
                VariantRegistry.All.ToDictionary(v => v.Name, v => v.Summary),
                [.. ModelZoo.Default.List().Select(m => new ModelAtHand(m.Name, m.Kind.ToString().ToLowerInvariant(), m.AtHand))],
                [.. machine.Packages.Where(p => p.Value.StartsWith("missing", StringComparison.Ordinal)).Select(p => $"{p.Key}: {p.Value["missing".Length..].TrimStart(':', ' ')}")]);
            parsed.Answer(json, report, output => Print(report, output));
            return (int)(report.Missing.Count == 0 ? ExitCode.Done : ExitCode.Missing);
        });
        return command;
    }

    static void Print(Diagnosis report, TextWriter output)
    {
        var machine = report.Machine;
        output.WriteLine("Machine");
        Line("processor", $"{machine.CpuModel}{(machine.CpuId is { } id ? $" ({id})" : "")}");
        Line("cores", $"{machine.Cores}{(machine.CpuQuota is { } quota ? $", limited to {quota:0.##}" : "")}");
        Line("ISA", string.Join(' ', machine.Isa));
        Line("memory", $"{machine.MemoryBytes / (double)(1 << 30):F1} GiB");
        Line("hypervisor", machine.Hypervisor ?? "none");
        Line("system", $"{machine.Os}, {machine.Runtime}");
        Line("fingerprint", machine.Fingerprint);
        output.WriteLine("Packages");
        foreach (var (name, value) in machine.Packages) { Line(name, value); }
        output.WriteLine("Variants");
        foreach (var (name, summary) in report.Variants) { Line(name, summary); }
        output.WriteLine("Models");
        foreach (var model in report.Models) { Line(model.Name, model.AtHand ? $"{model.Weights}, at hand" : $"{model.Weights}, not fetched: detrlab models fetch {model.Name}"); }
        output.WriteLine(report.Missing.Count == 0 ? "Nothing is missing." : "Missing");
        foreach (var missing in report.Missing) { output.WriteLine($"  {missing}"); }

        void Line(string name, string value) => output.WriteLine($"  {name,-26} {value}");
    }

    sealed record Diagnosis(MachineInfo Machine, IReadOnlyDictionary<string, string> Variants, IReadOnlyList<ModelAtHand> Models, IReadOnlyList<string> Missing);

    sealed record ModelAtHand(string Name, string Weights, bool AtHand);
}
