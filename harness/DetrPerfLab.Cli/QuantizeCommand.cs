using System.CommandLine;
using System.CommandLine.Parsing;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab quantize --model FILE --precision P --out FILE</c>: an ONNX model in lower precision.</summary>
static class QuantizeCommand
{
    internal static Command Create()
    {
        var model = new Option<string>("--model") { Description = "ONNX file.", Required = true };
        var target = new OutputFile("--out") { Description = "ONNX file to write.", Required = true };
        var precision = new Option<string>("--precision") { Description = string.Join(", ", ModelQuantizer.Precisions) + ".", Required = true };
        var plan = new Option<string?>("--plan") { Description = "JSON file with rules: which nodes become static, dynamic or stay float. Default: convolutions static, linear layers dynamic, box heads float." };
        var all = new Option<bool>("--all") { Description = "Quantise every node statically; loses much accuracy, shown for comparison." };
        var keep = new Option<string?>("--sensitivity") { Description = "Table of 'detrlab sensitivity': the layers on its keep-list stay float." };
        var symmetric = new Option<bool>("--int8-activations") { Description = "Symmetric int8 activations (for ARM) instead of asymmetric uint8." };
        var reduce = new Option<bool?>("--reduce-range") { Description = "7-bit weights, against overflow on processors without VNNI. Default: on where this machine lacks VNNI." };
        var shard = SharedOptions.Shard("Calibrate on one part of the images alone, such as 3/16, and write what it gave to --out, for --parts.");
        var parts = new Option<string[]>("--parts") { Description = "Files of --shard, all parts: convert with them instead of calibrating here. The other options as they were.", AllowMultipleArgumentsPerToken = true };
        var calibration = new CalibrationOption();
        var command = new Command("quantize", "Converts an ONNX model to float16 or INT8.")
            .With([model, target, precision, plan, all, keep, symmetric, reduce, shard, parts, .. calibration.All]);
        foreach (var option in new Option[] { plan, keep, reduce }) { command.OnlyWith(option, "--precision int8-dynamic or int8-static", result => !Is(result, ModelQuantizer.Fp16Precision, ModelQuantizer.Fp16WeightsPrecision)); }
        foreach (var option in calibration.OfImages.Concat([all, symmetric, shard, parts])) { command.OnlyWith(option, "--precision int8-static", result => !Is(result, [.. ModelQuantizer.Precisions.Except([ModelQuantizer.StaticPrecision])])); }
        command.OnlyWith(shard, "a calibration, without --parts,", result => result.GetResult(parts) is null);
        command.OnlyWith(all, "the rules of the command, without --plan", result => result.GetValue(plan) is null);
        command.SetAction((parsed, cancellation) =>
        {
            var (from, to) = (parsed.GetValue(model)!, parsed.GetValue(target)!);
            var which = parsed.GetValue(precision)!;
            var rules = parsed.GetValue(plan) is { } file ? QuantizationPlan.Load(file)
                : parsed.GetValue(all) ? QuantizationPlan.AllStatic
                : which == ModelQuantizer.DynamicPrecision ? QuantizationPlan.AllDynamic : QuantizationPlan.Mixed;
            if (parsed.GetValue(keep) is { } table) { rules = SensitivityTable.Load(table).Apply(rules); }
            var reduced = parsed.GetValue(reduce) ?? new QuantizationOptions().ReduceRange;
            var source = ConversionSource.Load(from).Saying(calibration.Said(parsed, from)); // so that the new file is understood wherever it lies
            var checkpoint = calibration.Checkpoint(parsed, source.Sha256);
            if (parsed.GetValue(shard) is { } part)
            {
                var inputs = calibration.Inputs(parsed, from, source.Model, part);
                if (inputs.Count == 0) { throw LabError.BadInput($"Part {part} of the calibration images is empty. Make fewer parts."); }
                ConsoleProgress.Run("calibrating", progress =>
                {
                    CalibrationPart.Make(to, source, StaticOptions(), calibration.About(parsed), part, new OrtCalibrationRunner(), inputs, inputs.Count, progress, checkpoint, cancellation);
                    return 0;
                });
                parsed.InvocationConfiguration.Output.WriteLine($"{to}: part {part}, {inputs.Count} images. With all parts: the same command with --parts instead of --shard");
                checkpoint.Delete();
                return Task.CompletedTask;
            }

            var result = which switch
            {
                ModelQuantizer.Fp16Precision => ModelQuantizer.Fp16(source),
                ModelQuantizer.Fp16WeightsPrecision => ModelQuantizer.Fp16Weights(source),
                ModelQuantizer.DynamicPrecision => ModelQuantizer.Dynamic(source, new() { Plan = rules, ReduceRange = reduced }),
                ModelQuantizer.StaticPrecision when parsed.GetValue(parts) is { Length: > 0 } files => ModelQuantizer.Static(source, StaticOptions(), [.. files.Select(CalibrationPart.Load)], calibration.About(parsed)),
                ModelQuantizer.StaticPrecision => Static(),
                _ => throw LabError.UnknownName("precision", which, ModelQuantizer.Precisions),
            };
            OnnxFile.Save(result.Model, to);
            Print(result.Report, source.Bytes, to, parsed.InvocationConfiguration.Output);
            checkpoint.Delete();
            return Task.CompletedTask;

            ConversionResult Static()
            {
                var inputs = calibration.Inputs(parsed, from, source.Model);
                return ConsoleProgress.Run("calibrating", progress => ModelQuantizer.Static(source, StaticOptions(), new OrtCalibrationRunner(), inputs, inputs.Count, progress, checkpoint, cancellation));
            }

            StaticOptions StaticOptions() => calibration.Apply(parsed, new()
            {
                Plan = rules,
                ReduceRange = reduced,
                ActivationType = parsed.GetValue(symmetric) ? QuantizedType.Int8 : QuantizedType.UInt8,
                SymmetricActivations = parsed.GetValue(symmetric),
            });
        });
        return command;

        bool Is(CommandResult result, params IEnumerable<string> precisions) => precisions.Contains(result.GetValue(precision)); // an unknown one has a message of its own
    }

    static void Print(ConversionReport report, long before, string to, TextWriter output)
    {
        var after = new FileInfo(to).Length;
        output.WriteLine($"{to}: {report.Converted.Count} nodes converted, {report.Kept.Count} kept, {after:N0} bytes ({100.0 * after / before:F0} % of the source)");
        foreach (var reason in report.Kept.Values.GroupBy(r => r).OrderByDescending(r => r.Count())) { output.WriteLine($"  kept {reason.Count()}: {reason.Key}"); }
        foreach (var warning in report.Warnings) { output.WriteLine($"  {warning}"); }
        foreach (var finding in OptimizedGraphReader.Facts(to).Findings()) { output.WriteLine($"  {finding}"); }
    }
}
