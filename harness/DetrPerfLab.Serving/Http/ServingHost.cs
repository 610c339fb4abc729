using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.OpenApi;
using OpenTelemetry.Metrics;

namespace DetrPerfLab.Serving;

/// <summary>Where a server listens and who may manage it.</summary>
/// <param name="Address">Of this machine; loopback unless the user says more.</param>
/// <param name="Port">0: any that is free.</param>
/// <param name="Token">Which changes of the model need; null allows none.</param>
/// <param name="WatchFile">The model's file, where its change is to change the model; null watches nothing.</param>
public sealed record ServingHostOptions(IPAddress Address, int Port, string? Token = null, string? WatchFile = null)
{
    /// <summary>Told about what no answer tells: changes, faults; a line each.</summary>
    public Action<string> Say { get; init; } = _ => { };
}

/// <summary>The HTTP front of a <see cref="ModelServer"/>: Kestrel, routes, metrics, page.</summary>
public sealed class ServingHost : IAsyncDisposable
{
    static readonly Lazy<string> s_page = new(() =>
    {
        using var reader = new StreamReader(typeof(ServingHost).Assembly.GetManifestResourceStream("page.html")!);
        return reader.ReadToEnd();
    });

    readonly WebApplication _app;
    readonly CancellationTokenSource _stopping = new();
    Task _watch = Task.CompletedTask;

    ServingHost(WebApplication app) => _app = app;

    /// <summary>For example <c>http://127.0.0.1:8080</c>.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Listens, once the returned task is done.</summary>
    /// <exception cref="LabException">The address cannot be listened on.</exception>
    public static async Task<ServingHost> StartAsync(ModelServer server, ServingHostOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders(); // the lab says what there is to say
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>(); // signals are the command's
        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        builder.Services.AddOpenApi();
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(server.Metrics.MeterName, "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel").AddPrometheusExporter());
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = server.Options.MaxBodyBytes;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Listen(options.Address, options.Port);
        });
        var app = builder.Build();
        var host = new ServingHost(app);
        app.Use((context, next) => Answers.GuardAsync(context, () => next(context), options.Say));
        host.Map(app, server, options);
        try { await app.StartAsync().ConfigureAwait(false); }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw LabError.BadInput($"{options.Address}:{options.Port} cannot be listened on: {(e.GetBaseException() as SocketException)?.Message ?? e.Message}. Name a free port with --port, or another address with --host.", e);
        }

        host.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        if (options.WatchFile is { } file) { host._watch = new ModelWatch(server, file, TimeSpan.FromSeconds(1), server.Clock, version => options.Say(Told(version))).RunAsync(host._stopping.Token); }
        return host;
    }

    /// <summary>Takes no new connections, answers what was taken on, for no longer than the deadline.</summary>
    /// <returns>Whether all was answered.</returns>
    public async Task<bool> StopAsync(TimeSpan deadline)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        using var patience = new CancellationTokenSource(deadline);
        await _app.StopAsync(patience.Token).ConfigureAwait(false);
        await _watch.ConfigureAwait(false);
        return !patience.IsCancellationRequested;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>A line about a change of the model.</summary>
    static string Told(ModelVersion version) => version.State == ModelState.Refused ? $"the model was not changed: {version.Reason}"
        : string.Create(CultureInfo.InvariantCulture, $"serving {version.Name}, sha256 {version.Sha256[..12]}…, ready in {version.LoadMs:F0} ms{(version.Loss is { } loss ? $", {loss:F1} points lost" : "")}");

    void Map(WebApplication app, ModelServer server, ServingHostOptions options)
    {
        var (detect, models, tensors) = (new DetectEndpoint(server), new ModelsEndpoint(server, options.Token, version => options.Say(Told(version))), new TensorEndpoint(server));
        app.MapPost("/detect", (HttpContext context, string? threshold, string? deadline) => detect.HandleAsync(context, threshold, deadline))
            .WithSummary("Detects objects on an image (the body), or on several (parts of a form). Answers in COCO's results format.")
            .Produces<object[]>().Produces(400).Produces(503).Produces(504).AddOpenApiOperationTransformer(TakesPictures);
        app.MapGet("/stats", () => Answers.Json(server.Metrics.Read())).WithSummary("Latency, queue, batches, throughput and memory of the last minute.").Produces<ServingStats>();
        app.MapGet("/models", () => Answers.Json(models.List())).WithSummary("The model that is served, and those that were or were refused.");
        app.MapPost("/models", (Delegate)models.ChangeAsync).WithSummary("Changes the model: loads, verifies and switches, or says why not. Needs the token.").Produces<ModelVersion>().Produces(401).Produces(409).Produces(422);
        app.MapGet("/healthz", () => Results.Text("ok\n")).WithSummary("Whether the process lives.");
        app.MapGet("/readyz", Ready).WithSummary("Whether requests should be sent here.");
        app.MapGet("/v2", tensors.Describe).WithSummary("KServe's inference protocol, version 2.");
        app.MapGet("/v2/health/live", () => Answers.Json(new { Live = true }));
        app.MapGet("/v2/health/ready", Ready);
        app.MapGet("/v2/models/{name}", (string name) => tensors.DescribeModel(name));
        app.MapGet("/v2/models/{name}/ready", (string name) => tensors.Ready(name));
        app.MapPost("/v2/models/{name}/infer", (HttpContext context, string name) => tensors.InferAsync(context, name)).WithSummary("The model's tensors in and out, as JSON.");
        app.MapGet("/", () => Results.Content(s_page.Value, "text/html; charset=utf-8")).ExcludeFromDescription();
        app.MapOpenApi("/openapi.json");
        app.MapPrometheusScrapingEndpoint("/metrics");
        app.MapFallback(() => Answers.Error(StatusCodes.Status404NotFound, "There is nothing of that name here; /openapi.json tells what there is."));
    }

    /// <summary>Described, not required: whatever a client calls the body, what counts is that an image is in it.</summary>
    static Task TakesPictures(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken stop)
    {
        OpenApiMediaType Body(OpenApiSchema schema) => new() { Schema = schema };
        OpenApiSchema file = new() { Type = JsonSchemaType.String, Format = "binary" };
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["image/*"] = Body(file),
                ["multipart/form-data"] = Body(new() { Type = JsonSchemaType.Object, AdditionalProperties = file }),
            },
        };
        foreach (var number in (operation.Parameters ?? []).OfType<OpenApiParameter>()) { number.Schema = new OpenApiSchema { Type = JsonSchemaType.Number }; }
        return Task.CompletedTask;
    }

    IResult Ready() => _stopping.IsCancellationRequested ? Answers.Error(StatusCodes.Status503ServiceUnavailable, "The server stops.") : Results.Text("ready\n");

    /// <summary>Leaves Ctrl+C and SIGTERM to the command.</summary>
    sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
