using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace DetrPerfLab.Serving;

/// <summary>The model's tensors by KServe's protocol, version 2: metadata and inference, as JSON; without its binary extension.</summary>
/// <remarks>Source: kserve/open-inference-protocol, inference_rest.md.</remarks>
sealed class TensorEndpoint(ModelServer server)
{
    internal IResult Describe() => Answer(new { Name = "detrlab", Version = "2", Extensions = Array.Empty<string>() });

    internal IResult DescribeModel(string name) => server.Holding(model => model.Version.Name != name ? Unknown(name, model) : Answer(new
    {
        model.Version.Name,
        Versions = new[] { model.Version.Sha256 },
        Platform = "detrlab",
        Inputs = model.Inputs.Select(Describe),
        Outputs = model.Outputs.Select(Describe),
    }));

    internal IResult Ready(string name) => server.Holding(model => model.Version.Name == name ? Answer(new { Name = name, Ready = true }) : Unknown(name, model));

    internal async Task<IResult> InferAsync(HttpContext context, string name)
    {
        if (!server.Admission.TryEnter(1, server.Options.Deadline)) { return Answers.Full(context, server.Admission); }
        try
        {
            using var json = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted).ConfigureAwait(false);
            var model = server.Enter();
            try
            {
                if (model.Version.Name != name) { return Unknown(name, model); }
                var outputs = await model.InferAsync(Read(json.RootElement), server.DueIn(server.Options.Deadline), context.RequestAborted).ConfigureAwait(false);
                Answers.Name(context, model.Version);
                return Answer(new
                {
                    ModelName = name,
                    ModelVersion = model.Version.Sha256,
                    Outputs = outputs.Select(o => new { o.Name, Shape = o.Shape.ToArray(), Datatype = Datatype(o.Type), Data = o.Type == ElementType.Float32 ? (object)o.Floats.ToArray() : o.Longs.ToArray() }),
                });
            }
            finally { model.Leave(); }
        }
        catch (JsonException mistake) { throw LabError.BadInput($"The body is no request of the protocol: {LabJson.ProblemOf(mistake)}.", mistake); }
        finally { server.Admission.Leave(1); }
    }

    // The protocol writes model_name, the lab's own answers modelName.
    static IResult Answer(object value) => Results.Json(value, LabJson.Foreign);

    static TensorSet Read(JsonElement request)
    {
        if (request.ValueKind != JsonValueKind.Object || !request.TryGetProperty("inputs", out var inputs) || inputs.ValueKind != JsonValueKind.Array) { throw Wrong("no list \"inputs\""); }
        return new([.. inputs.EnumerateArray().Select(Tensor)]);
    }

    static HostTensor Tensor(JsonElement input)
    {
        if (input.ValueKind != JsonValueKind.Object || !input.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String
            || !input.TryGetProperty("shape", out var shape) || shape.ValueKind != JsonValueKind.Array || !input.TryGetProperty("datatype", out var datatype)
            || !input.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Array) { throw Wrong("an input without name, shape, datatype or data"); }
        var type = datatype.ValueEquals("FP32") ? ElementType.Float32 : datatype.ValueEquals("INT64") ? ElementType.Int64 : throw Wrong($"input '{name}' of type {datatype}, needed FP32 or INT64");
        long[] lengths = [.. shape.EnumerateArray().Select(l => l.TryGetInt64(out var length) && length is > 0 and <= 1 << 20 ? length : throw Wrong($"input '{name}' with a length of {l}"))];
        var count = data.GetArrayLength();
        // What the shape promises is not allocated before it is seen to be there; nested lists have fewer elements at the top.
        var product = lengths.Aggregate(1.0, (a, b) => a * b);
        if (product > 1 << 28) { throw Wrong($"input '{name}' of {product:N0} elements"); }
        var flat = new List<double>(Math.Min(count, 1 << 20));
        Flatten(data, flat);
        if (flat.Count != product) { throw Wrong($"input '{name}' with {flat.Count} elements, where its shape has {product:N0}"); }
        var tensor = new HostTensor(name.GetString()!, type, lengths);
        for (var i = 0; i < flat.Count; i++)
        {
            if (type == ElementType.Float32) { tensor.Floats[i] = (float)flat[i]; }
            else { tensor.Longs[i] = (long)flat[i]; }
        }

        return tensor;
    }

    static void Flatten(JsonElement data, List<double> into)
    {
        foreach (var element in data.EnumerateArray())
        {
            if (element.ValueKind == JsonValueKind.Array) { Flatten(element, into); }
            else { into.Add(element.ValueKind == JsonValueKind.Number ? element.GetDouble() : throw Wrong("data that is no number")); }
        }
    }

    static object Describe(TensorSpec spec) => new { spec.Name, Datatype = Datatype(spec.Type), Shape = spec.Dimensions.Select(d => d.Length) };

    static string Datatype(ElementType type) => type == ElementType.Float32 ? "FP32" : "INT64";

    static IResult Unknown(string name, ServedModel model) => Answers.Error(StatusCodes.Status404NotFound, $"Model '{name}' is not served, '{model.Version.Name}' is.");

    static LabException Wrong(string found) => LabError.BadInput($"The body is no request of the protocol: found {found}.");
}
