using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using DetrPerfLab.EngineTests.Engines;
using DetrPerfLab.Tests;
using Google.Protobuf;

namespace DetrPerfLab.EngineTests.Serving;

/// <summary>A real server on loopback with a small DETR, and files to change it to.</summary>
sealed class ServedTiny : IAsyncDisposable
{
    internal const string Token = "a token of tests";
    static readonly DetectorOptions s_small = new() { Size = 64 };

    readonly TempFolder _folder;

    ServedTiny(TempFolder folder, ModelServer server, ServingHost host, List<string> said)
    {
        (_folder, Server, Host, Said) = (folder, server, host, said);
        Client = new HttpClient { BaseAddress = new(host.Url) };
    }

    internal ModelServer Server { get; }
    internal ServingHost Host { get; }
    internal HttpClient Client { get; }
    internal List<string> Said { get; }
    internal string Models => _folder.File("models");

    internal static async Task<ServedTiny> StartAsync(TinyDetr tiny, Func<ServingOptions, ServingOptions>? with = null, string? token = Token)
    {
        var folder = new TempFolder();
        var models = Directory.CreateDirectory(folder.File("models")).FullName;
        File.Copy(tiny.WithMask, Path.Combine(models, "one.onnx"));
        File.Copy(tiny.WithoutMask, Path.Combine(models, "two.onnx"));
        var options = new ServingOptions { Detector = s_small, Threshold = 0, Models = models, MaxLoss = 100, Engine = new() { Threads = 1 } };
        var server = new ModelServer(new(Path.Combine(models, "one.onnx"), "ort"), with?.Invoke(options) ?? options);
        var said = new List<string>();
        return new(folder, server, await ServingHost.StartAsync(server, new(IPAddress.Loopback, 0, token) { Say = said.Add }), said);
    }

    /// <summary>A JPEG file of a formula's picture.</summary>
    internal static byte[] Picture(int index, int height = 96, int width = 128) => ImageWriter.Jpeg(SyntheticPhotographs.Create(index, new(height, width)), quality: 90);

    internal Task<HttpResponseMessage> DetectAsync(byte[] picture, string query = "") => Client.PostAsync($"/detect{query}", new ByteArrayContent(picture));

    internal async Task<(HttpStatusCode Status, JsonElement Body)> ChangeAsync(object order, string? token = Token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/models") { Content = new StringContent(JsonSerializer.Serialize(order), new MediaTypeHeaderValue("application/json")) };
        if (token is not null) { request.Headers.Authorization = new("Bearer", token); }
        using var answer = await Client.SendAsync(request);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    /// <summary>What the lab's own pipeline finds on it, as <c>detect</c> writes it.</summary>
    internal static string Expected(string model, byte[] picture, string name)
    {
        using var engine = new OrtEngine(model, new OrtEngineOptions { IntraOpThreads = 1 });
        var use = ModelFile.UseOf(model);
        var (pipeline, image) = (new DetectorPipeline(engine, use, s_small with { Postprocess = new() { Threshold = 0 } }), new RgbImage());
        new ImageDecoder().Decode(picture, name, image);
        return $"[\n{string.Join(",\n", DetectionJson.Lines(1, name, pipeline.Detect(image)[0].Select(d => d.Inside(image.Size)), pipeline.Labels))}\n]\n";
    }

    /// <summary>A model whose numbers are not finite.</summary>
    internal static void SaveNotFinite(string from, string to)
    {
        var model = OnnxFile.Load(from);
        foreach (var tensor in model.Graph.Initializer.Where(t => t.Name.EndsWith("bias", StringComparison.Ordinal)))
        {
            var values = new float[(int)tensor.Dims.Aggregate(1L, (a, b) => a * b)];
            Array.Fill(values, float.NaN);
            tensor.FloatData.Clear();
            tensor.RawData = ByteString.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values));
        }

        OnnxFile.Save(model, to);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.StopAsync(TimeSpan.FromSeconds(10));
        await Host.DisposeAsync();
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}
