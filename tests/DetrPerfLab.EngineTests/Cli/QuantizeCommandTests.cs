using DetrPerfLab.Onnx.Proto;
using DetrPerfLab.Tests;
using Google.Protobuf;

namespace DetrPerfLab.EngineTests.Cli;

public class QuantizeCommandTests
{
    [Fact]
    public void Quantize_Fp16_WritesTheFileAndSaysWhatItDid()
    {
        using var folder = new TempFolder();
        OnnxFile.Save(QuantizationCases.All["residual"].Model(), folder.File("model.onnx"));

        var run = CliRun.Of("quantize", "--model", folder.File("model.onnx"), "--precision", "fp16", "--out", folder.File("half.onnx"));

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("nodes converted", run.Output);
        Assert.Equal("fp16", OnnxFile.Load(folder.File("half.onnx")).GetMetadata(ModelQuantizer.PrecisionKey));
    }

    [Theory]
    [InlineData("int3", "Unknown precision 'int3'. Known: fp16, fp16-weights, int8-dynamic, int8-static.")]
    [InlineData("int8-dynamic", "no MatMul or Gemm can be quantised dynamically")]
    public void Quantize_WhatCannotBe_IsRefusedAndLeavesNoFile(string precision, string message)
    {
        using var folder = new TempFolder();
        OnnxFile.Save(QuantizationCases.All["silu-concat"].Model(), folder.File("model.onnx"));

        var run = CliRun.Of("quantize", "--model", folder.File("model.onnx"), "--precision", precision, "--out", folder.File("out.onnx"));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Error);
        Assert.False(File.Exists(folder.File("out.onnx")));
    }

    [Fact]
    public void Quantize_StaticOnAModelThatIsNoDetector_ListsTheKnownInterfaces()
    {
        using var folder = new TempFolder();
        OnnxFile.Save(QuantizationCases.All["opset-11"].Model(), folder.File("model.onnx"));

        var run = CliRun.Of("quantize", "--model", folder.File("model.onnx"), "--precision", "int8-static", "--out", folder.File("out.onnx"));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("pixel_values", run.Error);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(18)]
    [InlineData(19)]
    [InlineData(20)]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    [InlineData(24)]
    public void Quantize_AnyGraphOfEachOpset_RunsInEveryPrecision(int opset)
    {
        using var folder = new TempFolder();
        var graph = new TestGraph(opset).Input("x", "N", 3, "H", "W").Weights("w1", [12, 3, 3, 3], 0.5f).Weights("w2", [12, 4], 0.5f).Weights("b2", [4]);
        // Before 11 these took their numbers as attributes; from then on as inputs.
        graph = opset < 11
            ? graph.Node("Pad", "x", "p", n => n.Set("pads", 0L, 0, 1, 1, 0, 0, 1, 1)).Node("Conv", "p w1", "c")
                .Node("Clip", "c", "k", n => { n.Attribute.Add(new AttributeProto { Name = "max", F = 1.5f, Type = AttributeProto.Types.AttributeType.Float }); })
            : graph.Node("Conv", "x w1", "k", n => n.Set("pads", 1, 1, 1, 1));
        var model = graph.Node("Relu", "k", "r").Node("GlobalAveragePool", "r", "g")
            .Node("Flatten", "g", "f", n => n.Set("axis", 1)).Node("MatMul", "f w2", "m").Node("Add", "m b2", "a").Node("Softmax", "a", "y", n => n.Set("axis", -1L)).Model;
        model.Graph.Output.Add(OnnxValues.Create("y", TensorProto.Types.DataType.Float, null)); // not even a rank
        if (opset > 20) { model.IrVersion = 10; }
        OnnxFile.Save(model, folder.File("model.onnx"));
        Directory.CreateDirectory(folder.File("tensors"));
        float[] values = [.. TestGraph.Sequence(3 * 6 * 6, 7, 2)];
        File.WriteAllBytes(folder.File("tensors/a.pb"), OnnxTensors.Create<float>("x", [1, 3, 6, 6], values).ToByteArray());

        foreach (var precision in ModelQuantizer.Precisions)
        {
            string[] calibration = precision == ModelQuantizer.StaticPrecision ? ["--calibrate", folder.File("tensors")] : [];
            var run = CliRun.Of(["quantize", "--model", folder.File("model.onnx"), "--precision", precision, .. calibration, "--out", folder.File("out.onnx")]);
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            var sample = CalibrationTensors.Of(model, folder.File("tensors"), 1).First();
            Assert.All(Outputs(OnnxFile.Load(folder.File("out.onnx"))).Zip(Outputs(model)), p => Assert.Equal(p.Second, p.First, tolerance: 0.03f)); // of probabilities; 8 bits

            float[] Outputs(ModelProto of)
            {
                float[] found = [];
                using var session = new OrtCalibrationRunner().Open(of, ["y"]);
                session.Run(sample, (_, data) => found = data.ToArray());
                return found;
            }
        }
    }

    /// <summary>A calibration in parts converts as one process does; only the hash of its inputs is told in another way.</summary>
    [Fact]
    public void Quantize_CalibratedInParts_IsTheSameModel()
    {
        var model = TestPaths.Deim;
        using var folder = new TempFolder();
        string[] command = ["quantize", "--model", model, "--precision", "int8-static", "--calibrate", TestPaths.CocoMini, "--calibration-images", "5"];
        Assert.Equal(0, CliRun.Of([.. command, "--out", folder.File("whole.onnx")]).ExitCode);
        foreach (var part in (string[])["1", "2"])
        {
            var made = CliRun.Of([.. command, "--shard", $"{part}/2", "--out", folder.File($"{part}.part")]);
            Assert.True(made.ExitCode == 0, made.Error);
        }

        var merged = CliRun.Of([.. command, "--parts", folder.File("2.part"), folder.File("1.part"), "--out", folder.File("merged.onnx")]);
        Assert.True(merged.ExitCode == 0, merged.Error);
        var (whole, parts) = (OnnxFile.Load(folder.File("whole.onnx")), OnnxFile.Load(folder.File("merged.onnx")));
        foreach (var either in (ModelProto[])[whole, parts]) { either.SetMetadata("detrlab.calibration.sha256", null); }
        Assert.Equal(whole.ToByteArray(), parts.ToByteArray());

        Refused("1 of 2 parts are missing: 1/2", folder.File("2.part"));
        File.WriteAllBytes(folder.File("cut.part"), File.ReadAllBytes(folder.File("1.part"))[..^9]);
        Refused("cut.part' is no whole part", folder.File("cut.part"), folder.File("2.part"));
        command = [.. command[..^1], "6"]; // other images
        Refused("was made of another model, other calibration images or another plan", folder.File("1.part"), folder.File("2.part"));

        void Refused(string why, params string[] files)
        {
            var run = CliRun.Of([.. command, "--parts", .. files, "--out", folder.File("none.onnx")]);
            Assert.Equal(2, run.ExitCode);
            Assert.Contains(why, run.Error);
            Assert.False(File.Exists(folder.File("none.onnx")));
        }
    }

    [Theory]
    [InlineData("fp16", "ort-fp16")]
    [InlineData("fp16-weights", "ort-fp16-weights")]
    [InlineData("int8-dynamic", "ort-int8-dynamic")]
    [InlineData("int8-static", "ort-int8-static")]
    public void Quantize_RealDetector_GivesTheFileOfTheVariant(string precision, string variant)
    {
        var model = TestPaths.Deim;
        using var folder = new TempFolder();

        var run = CliRun.Of("quantize", "--model", model, "--precision", precision, "--out", folder.File("command.onnx"));
        var recipe = new ArtefactCache(folder.Path).Get(VariantModel.Of(model, new CalibrationChoice()), VariantRegistry.Get(variant).Recipe!);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(recipe.Info.Sha256, FileHash.Sha256(folder.File("command.onnx")));
    }
}
