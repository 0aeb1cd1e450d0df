"""A program that takes so many messages with the MQTT library as it comes, does nothing with them, and says so."""

import argparse
import asyncio

import aiomqtt  # noqa: TID251 -- the floor is the library as it comes

TOPICS = "home/+/state"


async def main(options: argparse.Namespace) -> None:
    """Count to the end, then wait to be killed: whoever measures may want to look at the process."""
    async with aiomqtt.Client("127.0.0.1", options.broker) as client:
        await client.subscribe(TOPICS, qos=1)
        print("ready", flush=True)
        count = 0
        async for _message in client.messages:
            count += 1
            if count == options.messages:
                print("done", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--broker", type=int, required=True)
    parser.add_argument("--messages", type=int, required=True)
    asyncio.run(main(parser.parse_args()))
