using System.Diagnostics;
using System.Text.Json;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>Allocators in glibc's place, each in a process of its own: what is said to keep freed memory does.</summary>
[Collection(nameof(Alone))]
public class NativeAllocatorTests
{
    [Fact]
    public async Task KeptMemory_UnderJemalloc_IsNotFaultedInAgain()
    {
        var (plain, kept) = (await FaultsAsync("jemalloc"), await FaultsAsync("jemalloc keeping freed memory"));

        Assert.True(plain > 1000 && kept < plain / 10, $"{plain} page faults an inference, {kept} where it keeps memory"); // 320 pixels: the first block alone is 8 MiB, 2,000 pages
    }

    static async Task<double> FaultsAsync(string allocator)
    {
        var variables = NativeAllocator.VariablesOf(allocator);
        Assert.SkipUnless(variables.Count > 0, $"{allocator} is not installed (Debian: apt install libjemalloc2)");
        using var folder = new TempFolder();
        CheckpointWriter.WriteSafetensors(folder.File("small.safetensors"), SyntheticWeights.Create(new DetrConfig
        {
            Name = "small",
            BackboneDepth = 18,
            HiddenDim = 64,
            EncoderLayers = 1,
            DecoderLayers = 1,
            FeedForwardDim = 64,
            Queries = 10,
            Classes = 5,
        }).Tensors);
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "detrlab.dll"), "bench", "--model", folder.File("small.safetensors"), "--variants", "torch-fp32", "--rounds", "1", "--size", "320", "--threads", "1",
            "--results", folder.File("results"), "--no-charts", "--json",
        ];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables) { start.Environment[name] = value; }
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await error);
        return JsonSerializer.Deserialize<RunResult[]>(output, LabJson.Options)!.Single().Memory!.PageFaultsPerOperation!.Value;
    }
}
