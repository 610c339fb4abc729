using System.Runtime.InteropServices;
using DetrPerfLab.Onnx.Proto;
using DetrPerfLab.Tests;
using Microsoft.ML.OnnxRuntime;

namespace DetrPerfLab.EngineTests.Engines;

public class OrtArenaTests(TinyDetr model) : IClassFixture<TinyDetr>
{
    [Theory]
    [InlineData(nameof(OrtApi.ReleaseStatus), OrtArena.ReleaseStatus)]
    [InlineData(nameof(OrtApi.GetKeyValue), OrtArena.GetKeyValue)]
    [InlineData(nameof(OrtApi.ReleaseKeyValuePairs), OrtArena.ReleaseKeyValuePairs)]
    [InlineData(nameof(OrtApi.AllocatorGetStats), OrtArena.AllocatorGetStats)]
    public void Positions_AreThoseOfTheManagedTable(string function, int position) =>
        Assert.Equal(position * nint.Size, Marshal.OffsetOf<OrtApi>(function));

    [Fact]
    public void ReadArena_LargerImage_Grows()
    {
        using var engine = new OrtEngine(model.WithoutMask, new OrtEngineOptions());
        var opened = engine.ReadArena();
        Run(engine, 64);
        var small = engine.ReadArena();
        Run(engine, 512);
        var large = engine.ReadArena();
        Run(engine, 64);
        var smallAgain = engine.ReadArena();

        Assert.Null(large.Reason);
        Assert.Equal(0, opened.Extensions); // before the first inference there is nothing but weights
        Assert.Equal(opened.BytesInUse, large.BytesInUse); // what an inference takes it gives back
        // At least one activation of the backbone's first stage, 64 channels at a quarter of the size.
        Assert.InRange(large.LargestBytesInUse!.Value, small.LargestBytesInUse!.Value + (64L * 128 * 128 * sizeof(float)), large.ReservedBytes!.Value);
        Assert.True(large.Extensions > small.Extensions);
        Assert.Equal(large, smallAgain); // and what it reserved it keeps
    }

    [Fact]
    public void ReadArena_ArenaOff_SaysWhyThereAreNoFigures()
    {
        using var engine = new OrtEngine(model.WithoutMask, new OrtEngineOptions { Arena = false });
        Run(engine, 64);
        var arena = engine.ReadArena();
        Assert.Contains("no arena", arena.Reason);
        Assert.Equal(new() { Reason = arena.Reason }, arena);
    }

    [Theory]
    [InlineData("1.29.0", true)]
    [InlineData("1.23.0", true)]
    [InlineData("1.23.0-rc.1+abc", true)]
    [InlineData("1.22.2", false)]
    [InlineData("", false)]
    public void Tells_Version_OnlyFromTheOneThatHasTheFunction(string version, bool expected) => Assert.Equal(expected, OrtArena.Tells(version));

    [Fact]
    public void ReadMappedWeightsBytes_OneFile_IsZero()
    {
        using var engine = new OrtEngine(model.WithoutMask, new OrtEngineOptions());
        Assert.Equal(0, engine.ReadMappedWeightsBytes());
    }

    [Fact]
    public void ReadMappedWeightsBytes_WeightsBesideTheModel_CountsWhatIsResidentOfThem()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux tells which files a process has mapped");
        using var folder = new TempFolder();
        var bytes = SaveWithExternalWeights(model.WithoutMask, folder.File("m.onnx"), "weights.bin");
        // Without a layout of their own for the kernels, and without rewriting, the weights are read where they lie.
        using var engine = new OrtEngine(folder.File("m.onnx"), new OrtEngineOptions { Prepacking = false, Optimization = GraphOptimization.Disabled });
        Run(engine, 64);
        Assert.InRange(engine.ReadMappedWeightsBytes()!.Value, bytes / 2, bytes + (1 << 20)); // whole pages; ONNX Runtime maps large tensors only
    }

    static void Run(OrtEngine engine, int size)
    {
        var inputs = SyntheticImages.CreateBatch(new ImageSize(size, size));
        engine.Run(inputs, engine.AllocateOutputs(inputs));
    }

    static long SaveWithExternalWeights(string source, string target, string location)
    {
        var moved = OnnxFile.Load(source);
        using var file = File.Create(Path.Combine(Path.GetDirectoryName(target)!, location));
        foreach (var tensor in moved.Graph.Initializer.Where(t => t.ByteCount() >= 4096))
        {
            file.Position = (file.Position + 4095) / 4096 * 4096;
            var data = tensor.Bytes().ToArray();
            foreach (var (key, value) in (ReadOnlySpan<(string, string)>)[("location", location), ("offset", $"{file.Position}"), ("length", $"{data.Length}")])
            {
                tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
            }

            tensor.DataLocation = TensorProto.Types.DataLocation.External;
            tensor.ClearRawData();
            tensor.FloatData.Clear();
            file.Write(data);
        }

        OnnxFile.Save(moved, target);
        return file.Length;
    }
}
