namespace DetrPerfLab.Models;

/// <summary>Filters with their input channels innermost in memory.</summary>
static class ChannelsLast
{
    /// <summary>[outputs, inputs, places] to [outputs, places, inputs].</summary>
    internal static float[] Of(ReadOnlySpan<float> filter, long inputs, long places)
    {
        if (places == 1) { return filter.ToArray(); }
        var moved = new float[filter.Length];
        var (channels, count) = ((int)inputs, (int)places);
        for (var start = 0; start < filter.Length; start += channels * count)
        {
            for (var channel = 0; channel < channels; channel++)
            {
                for (var place = 0; place < count; place++) { moved[start + (place * channels) + channel] = filter[start + (channel * count) + place]; }
            }
        }

        return moved;
    }
}
