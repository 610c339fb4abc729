using System.Text.Json;

namespace DetrPerfLab.Engines;

/// <summary>The kernel of one node as ONNX Runtime names it; milliseconds over all runs.</summary>
sealed record NodeTime(string Name, string Operator, double TotalMs);

/// <summary>Reads the trace that ONNX Runtime writes: events with a start and a duration in microseconds.</summary>
/// <remarks>Source: microsoft/onnxruntime v1.29.0, onnxruntime/core/common/profiler_common.h and core/framework/sequential_executor.cc (names of the events).</remarks>
static class OrtProfileReader
{
    const string Kernel = "_kernel_time";

    /// <summary>Times of the nodes in the order in which they first ran; only the last runs count: those of warm-up and probing come before.</summary>
    internal static IReadOnlyList<NodeTime> Read(ReadOnlyMemory<byte> json, int lastRuns)
    {
        using var document = JsonDocument.Parse(json);
        var runs = new List<double>();
        var kernels = new List<(double Start, string Name, string Operator, double Ms)>();
        foreach (var item in document.RootElement.EnumerateArray())
        {
            // Metadata events have other members.
            if (!item.TryGetProperty("name", out var nameOf) || nameOf.GetString() is not { } name || !item.TryGetProperty("ts", out var ts) || !item.TryGetProperty("dur", out var duration)) { continue; }
            if (name == "model_run") { runs.Add(ts.GetDouble()); }
            else if (name.EndsWith(Kernel, StringComparison.Ordinal) && item.TryGetProperty("args", out var args))
            {
                kernels.Add((ts.GetDouble(), name[..^Kernel.Length], args.GetProperty("op_name").GetString() ?? "", duration.GetDouble() / 1000));
            }
        }

        if (runs.Count < lastRuns) { throw new InvalidDataException($"ONNX Runtime's profile holds {runs.Count} runs, {lastRuns} were made."); }
        runs.Sort();
        var from = runs[^lastRuns];
        return [.. kernels.Where(k => k.Start >= from).OrderBy(k => k.Start).GroupBy(k => (k.Name, k.Operator)).Select(g => new NodeTime(g.Key.Name, g.Key.Operator, g.Sum(k => k.Ms)))];
    }
}
